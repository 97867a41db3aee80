package io.osier.agent.cli;

import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.regex.Pattern;
import picocli.CommandLine;

/** Which commands there are, and which of them a command line can be about: to look at all of them takes longer than most do. */
final class Commands {
    /** In the order in which help lists them. */
    private static final Map<String, Class<?>> BY_NAME = new LinkedHashMap<>();

    static {
        BY_NAME.put("lab", LabCommand.class);
        BY_NAME.put("demo", DemoCommand.class);
        BY_NAME.put("status", StatusCommand.class);
        BY_NAME.put("create", CreateCommand.class);
        BY_NAME.put("apply", ApplyCommand.class);
        BY_NAME.put("delete", DeleteCommand.class);
        BY_NAME.put("get", GetCommand.class);
        BY_NAME.put("describe", DescribeCommand.class);
        BY_NAME.put("exec", ExecCommand.class);
        BY_NAME.put("logs", LogsCommand.class);
        BY_NAME.put("rules", RulesCommand.class);
        BY_NAME.put("explain", ExplainCommand.class);
        BY_NAME.put("doctor", DoctorCommand.class);
        BY_NAME.put("drops", DropsCommand.class);
        BY_NAME.put("metrics", MetricsCommand.class);
        BY_NAME.put("capture", CaptureCommand.class);
        BY_NAME.put("completion", CompletionCommand.class);
        BY_NAME.put("help", HelpCommand.class);
        BY_NAME.put("version", VersionCommand.class);
        BY_NAME.put("man", ManCommand.class);
        BY_NAME.put("serve", ServeCommand.class);
        BY_NAME.put("agent", AgentCommand.class);
    }

    /** These tell of all the others. */
    private static final Pattern ABOUT_ALL = Pattern.compile("-[^-]*h.*|--help|help|completion|man");

    private Commands() {}

    /** Adds those that the words name, or all of them if none is named or somebody wants to hear of all. */
    static void addTo(CommandLine root, AgentRunner agent, String... words) {
        Collection<String> said = Arrays.asList(words);
        boolean all = said.stream().anyMatch(ABOUT_ALL.asMatchPredicate())
                || BY_NAME.keySet().stream().noneMatch(said::contains);
        BY_NAME.forEach((name, type) -> {
            if (all || said.contains(name)) {
                root.addSubcommand(name, type == AgentCommand.class ? new AgentCommand(agent) : type);
            }
        });
    }
}
