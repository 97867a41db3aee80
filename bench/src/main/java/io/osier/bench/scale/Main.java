package io.osier.bench.scale;

import picocli.CommandLine;

/** Where {@code scripts/scale} begins. */
public final class Main {
    private Main() {}

    public static void main(String[] arguments) {
        System.exit(new CommandLine(new ScaleCommand())
                .setParameterExceptionHandler((wrong, words) -> {
                    wrong.getCommandLine()
                            .getErr()
                            .println("scale: " + wrong.getMessage() + ": see 'scripts/scale --help'");
                    return 2;
                })
                .setExecutionExceptionHandler((failure, line, result) -> {
                    line.getErr().println("scale: " + failure);
                    return 1;
                })
                .setUsageHelpAutoWidth(true)
                .execute(arguments));
    }
}
