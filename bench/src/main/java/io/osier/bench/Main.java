package io.osier.bench;

import picocli.CommandLine;

/** Where {@code scripts/bench} begins. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new BenchCommand())
                .setParameterExceptionHandler((wrong, words) -> {
                    wrong.getCommandLine()
                            .getErr()
                            .println("bench: " + wrong.getMessage() + ": see 'scripts/bench --help'");
                    return 2;
                })
                .setExecutionExceptionHandler((failure, line, result) -> {
                    line.getErr().println("bench: " + failure);
                    return 1;
                })
                .setCaseInsensitiveEnumValuesAllowed(true)
                .setUsageHelpAutoWidth(true)
                .execute(arguments));
    }
}
