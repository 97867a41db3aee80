package io.osier.agent.cli;

import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * {@code osier(1)} in the macros of {@code man(7)}, from what the commands say of themselves; only what no command knows is
 * written here.
 */
final class ManPage {
    private static final String ELSEWHERE = """
            .SH EXIT STATUS
            .TP
            .B 0
            done
            .TP
            .B 1
            failed; one line on stderr says why
            .TP
            .B 2
            wrong usage
            .SH ENVIRONMENT
            .TP
            .B OSIER_JAVA_OPTIONS
            more words for Java, such as \\-Xmx512m for the agent of a large cluster (in a drop-in of its unit)
            .SH FILES
            .TP
            .I /etc/osier/agent.yaml
            the agent's configuration; says of every key what it is for
            .TP
            .I /run/osier/api.sock
            where the agent answers. Members of the group
            .B osier
            may use it, and are as good as root: pods' commands run as root.
            .TP
            .I /var/lib/osier/
            what outlives the machine's restart
            .SH SEE ALSO
            .BR ip\\-netns (8),
            .BR nft (8),
            .BR systemctl (1)
            """;

    private final CommandSpec root;
    private final StringBuilder text = new StringBuilder();

    ManPage(CommandSpec root) {
        this.root = root;
    }

    String text() {
        line(".TH OSIER 1 \"\" \"" + escape(root.version()[0]) + "\" \"User Commands\"");
        line(".SH NAME");
        line("osier \\- container network in user space that hides nothing");
        line(".SH SYNOPSIS");
        line(".B osier");
        line("[\\fIOPTIONS\\fR] \\fICOMMAND\\fR ...");
        line(".SH DESCRIPTION");
        describe(root);
        line(".SH OPTIONS");
        line("They may stand before or behind every command.");
        root.options().forEach(this::option);
        line(".SH COMMANDS");
        subcommands(root);
        text.append(ELSEWHERE);
        line(".SH EXAMPLES");
        examples(root);
        return text.toString();
    }

    private void subcommands(CommandSpec parent) {
        for (CommandLine child : new LinkedHashSet<>(parent.subcommands().values())) {
            CommandSpec command = child.getCommandSpec();
            if (command.usageMessage().hidden()) {
                continue;
            }
            line(".SS \"" + escape(synopsis(command)) + "\"");
            describe(command);
            command.positionalParameters().forEach(this::parameter);
            command.options().stream().filter(ManPage::isOwn).forEach(this::option);
            examples(command);
            subcommands(command);
        }
    }

    private static String synopsis(CommandSpec command) {
        String words = command.positionalParameters().stream()
                .map(PositionalParamSpec::paramLabel)
                .collect(Collectors.joining(" "));
        return (command.qualifiedName() + " " + words).strip();
    }

    /** Help, version and the global options are said once. */
    private static boolean isOwn(OptionSpec option) {
        return !option.inherited() && !option.usageHelp() && !option.versionHelp() && !option.hidden();
    }

    private void describe(CommandSpec command) {
        for (String sentence : command.usageMessage().description()) {
            line(escape(plain(sentence)));
        }
    }

    private void option(OptionSpec option) {
        if (option.hidden()) {
            return;
        }
        String names = Arrays.stream(option.names())
                .map(name -> "\\fB" + escape(name) + "\\fR")
                .collect(Collectors.joining(", "));
        boolean hasValue = option.arity().max() > 0;
        entry(hasValue ? names + " \\fI" + escape(option.paramLabel()) + "\\fR" : names, option);
    }

    private void parameter(PositionalParamSpec parameter) {
        entry("\\fI" + escape(parameter.paramLabel()) + "\\fR", parameter);
    }

    private void entry(String head, ArgSpec argument) {
        line(".TP");
        line(head);
        String description = plain(String.join(" ", argument.description()));
        line(escape(description.replace("${DEFAULT-VALUE}", String.valueOf(argument.defaultValue()))));
    }

    /** The footer, which is examples as they are typed, behind its heading. */
    private void examples(CommandSpec command) {
        List<String> lines = Arrays.stream(command.usageMessage().footer())
                .filter(footer -> !footer.isBlank() && !footer.startsWith("Example"))
                .toList();
        if (lines.isEmpty()) {
            return;
        }
        line(".PP");
        line(".EX");
        lines.forEach(example -> line(escape(plain(example))));
        line(".EE");
    }

    private void line(String line) {
        text.append(line).append('\n');
    }

    /** picocli prints its texts through a formatter, so that a percent sign is written twice there. */
    private static String plain(String format) {
        return format.replace("%%", "%").replace("%n", " ");
    }

    /** As it stands: neither a macro nor a hyphen that cannot be searched for. */
    private static String escape(String plain) {
        String escaped = plain.replace("\\", "\\e").replace("-", "\\-").replace("\"", "\\(dq");
        return escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" + escaped : escaped;
    }
}
