package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

/** What needs no agent: help, versions, completion, and wrong words. */
@Timeout(60)
class HelpTest {
    @TempDir
    private Path directory;

    static Stream<List<String>> commands() {
        return below(OsierCommand.commandLine(StandardOutput.ofProcess(), "1.2.3", config -> 0), List.of()).stream();
    }

    private static List<List<String>> below(CommandLine line, List<String> words) {
        List<List<String>> all = new ArrayList<>(List.of(words));
        line.getSubcommands().forEach((name, subcommand) -> {
            List<String> longer = new ArrayList<>(words);
            longer.add(name);
            all.addAll(below(subcommand, longer));
        });
        return all;
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandHasHelpWithAnExample(List<String> words) {
        List<String> asked = new ArrayList<>(words);
        asked.add("--help");
        Dialogue dialogue = Dialogue.of(asked.toArray(String[]::new));
        assertThat(dialogue.exitCode()).isZero();
        assertThat(dialogue.err()).isEmpty();
        assertThat(dialogue.out()).contains("Usage: osier", "Example").containsPattern("\n  .*osier [a-z]");
    }

    @ParameterizedTest
    @MethodSource("commands")
    void everyCommandRefusesAnUnknownOptionInOneLine(List<String> words) {
        List<String> asked = new ArrayList<>(words);
        asked.add("--no-such-option");
        Dialogue dialogue = Dialogue.of(asked.toArray(String[]::new));
        assertThat(dialogue.exitCode()).isEqualTo(2);
        assertThat(dialogue.out()).isEmpty();
        assertThat(dialogue.err()).startsWith("osier: ").endsWith(" --help'\n").hasLineCount(1);
    }

    @Test
    void commandsAreCalledWhatTheyCallThemselves() {
        OsierCommand.commandLine(StandardOutput.ofProcess(), "1.2.3", config -> 0)
                .getSubcommands()
                .forEach((name, command) ->
                        assertThat(command.getCommandSpec().name()).isEqualTo(name));
    }

    @Test
    void helpTellsOfAllCommandsWhicheverWasNamed() {
        assertThat(Dialogue.of("--help", "get")).isEqualTo(Dialogue.of("--help"));
        assertThat(Dialogue.of("-hV", "get").out())
                .isEqualTo(Dialogue.of("--help").out());
        assertThat(Dialogue.of("--help").out()).contains("  lab ", "  completion ", "  agent ");
    }

    @Test
    void aWordWithAnAtSignIsNoFileOfWords() throws IOException {
        Path words = Files.writeString(directory.resolve("words"), "drops --no-such-option");
        assertThat(Dialogue.of("completion", "@" + words).err())
                .isEqualTo("osier: completion: @" + words + ": bash and zsh are known\n");
    }

    @Test
    void versionIsOneLine() {
        assertThat(Dialogue.of("--version")).isEqualTo(new Dialogue(0, "osier 1.2.3\n", ""));
        assertThat(Dialogue.of("get", "--version")).isEqualTo(new Dialogue(0, "osier 1.2.3\n", ""));
    }

    @Test
    void helpAndVersionAreCommandsToo() {
        assertThat(Dialogue.of("version")).isEqualTo(Dialogue.of("--version"));
        assertThat(Dialogue.of("help")).isEqualTo(Dialogue.of("--help"));
        assertThat(Dialogue.of("help", "create", "pod")).isEqualTo(Dialogue.of("create", "pod", "--help"));
        assertThat(Dialogue.of("help", "dance"))
                .isEqualTo(new Dialogue(2, "", "osier: help: there is no command \"dance\": see 'osier --help'\n"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get ~",
                "get pods,",
                "get pod ~",
                "get pods/",
                "get /a",
                "describe pod ~",
                "delete pod ~",
                "delete pod/",
                "capture --pod ~",
                "--node ~ status",
                "explain --from ~ --to 10.32.0.2",
                "exec ~ -- true",
                "logs ~",
                "apply -f ~",
                "create pod ~",
                "create pod a -l ~",
                "-n ~ get pods",
                "--socket ~ get pods",
                "help ~"
            })
    void anEmptyWordIsWrongUsageWhetherThereIsAnAgentOrNot(String line) {
        String[] words = Arrays.stream(line.split(" "))
                .map(word -> word.replace("~", ""))
                .toArray(String[]::new);
        Dialogue dialogue = Dialogue.of(words);
        assertThat(dialogue.exitCode()).isEqualTo(2);
        assertThat(dialogue.out()).isEmpty();
        assertThat(dialogue.err()).startsWith("osier: ").hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"rules", "metrics", "describe pod a", "logs a", "lab status", "lab down", "capture", "version"})
    void aFormatThatIsNotOfferedIsWrongUsage(String line) {
        List<String> words = new ArrayList<>(List.of(line.split(" ")));
        words.addAll(List.of("-o", "json"));
        Dialogue dialogue = Dialogue.of(words.toArray(String[]::new));
        assertThat(dialogue.exitCode()).isEqualTo(2);
        assertThat(dialogue.err())
                .contains(": -o json is not offered here: see 'osier ")
                .hasLineCount(1);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "get foo",
                "capture --stage foo",
                "explain --from a --to foo",
                "create pod a --ip foo",
                "logs",
                "logs a -l b=c",
                "logs service/web",
                "logs a --tail -5",
                "logs a --tail=-2",
                "capture --pod other/web-1",
                "exec svc/x -- true",
                "rules --node a --node b",
                "delete -f - --state ESTABLISHED",
                "create -f a.yaml pod web-1"
            })
    void wrongWordsAreFoundBeforeAnAgentIsLookedFor(String line) {
        assertThat(Dialogue.of(line.split(" ")).exitCode()).isEqualTo(2);
    }

    @Test
    void noWordsAtAllAreWrongUsage() {
        assertThat(Dialogue.of()).isEqualTo(new Dialogue(2, "", "osier: say what to do: see 'osier --help'\n"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"bash", "zsh"})
    void completionIsAScriptThatBashUnderstands(String shell) throws IOException, InterruptedException {
        Dialogue dialogue = Dialogue.of("completion", shell);
        assertThat(dialogue.exitCode()).isZero();
        assertThat(dialogue.out()).contains("complete -F _complete_osier", "capture", "--ignore-not-found");
        Path script = Files.writeString(directory.resolve("osier.bash"), dialogue.out());
        assertThat(new ProcessBuilder("bash", "-n", script.toString())
                        .inheritIO()
                        .start()
                        .waitFor())
                .isZero();
    }

    @Test
    void completionOffersTheCommands() throws IOException, InterruptedException {
        Path script = Files.writeString(
                directory.resolve("osier.bash"),
                Dialogue.of("completion", "bash").out());
        Process bash = new ProcessBuilder(
                        "bash",
                        "-c",
                        "source \"$0\"; COMP_WORDS=(osier de); COMP_CWORD=1; _complete_osier; echo \"${COMPREPLY[@]}\"",
                        script.toString())
                .redirectErrorStream(true)
                .start();
        assertThat(new String(bash.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8))
                .contains("delete", "describe")
                .doesNotContain("rules");
        assertThat(bash.waitFor()).isZero();
    }

    @Test
    void completionOfAnotherShellIsNotThere() {
        assertThat(Dialogue.of("completion", "fish"))
                .isEqualTo(new Dialogue(2, "", "osier: completion: fish: bash and zsh are known\n"));
    }

    @Test
    void theHelpOfOsierNamesEveryCommandButTheHiddenOne() {
        assertThat(Dialogue.of("--help").out())
                .contains("agent", "apply", "capture", "create", "delete", "describe", "drops", "exec", "get", "lab")
                .contains("logs", "metrics", "rules", "status")
                .doesNotContain("serve ");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "lab | lab: say up, down, restart or status: see 'osier lab --help'",
                "lab up --nodes 0 | lab up: --nodes 0: must be 1 to 26",
                "lab up --nodes 27 | lab up: --nodes 27: must be 1 to 26",
                "lab up --nodes x | lab up: Invalid value for option '--nodes': 'x' is not an int: see 'osier lab up --help'",
                "lab up --underlay-mtu 100 | lab up: --underlay-mtu 100: must be 576 to 65535",
                "lab up --store consul | lab up: --store consul: must be directory or etcd",
            })
    void aLabThatCannotBeIsRefusedBeforeAnythingIsMade(String line) {
        String[] parts = line.split(" \\| ", 2);
        assertThat(Dialogue.of(parts[0].split(" "))).isEqualTo(new Dialogue(2, "", "osier: " + parts[1] + "\n"));
    }
}
