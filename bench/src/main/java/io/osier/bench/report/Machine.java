package io.osier.bench.report;

import io.osier.bench.traffic.Shell;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/** What the numbers were measured on and with. */
public record Machine(Map<String, String> facts) {
    public static Machine here(Shell shell, String osierCommand) throws InterruptedException {
        Map<String, String> facts = new LinkedHashMap<>();
        facts.put("osier", first(shell, osierCommand, "--version"));
        facts.put("kernel", first(shell, "uname", "-r"));
        facts.put("architecture", System.getProperty("os.arch", ""));
        facts.put("processors", String.valueOf(Runtime.getRuntime().availableProcessors()));
        facts.put("processor", processor());
        facts.put("java", System.getProperty("java.vm.version", ""));
        facts.put("iptables", first(shell, "iptables-restore", "--version"));
        facts.put("nftables", first(shell, "nft", "--version"));
        facts.put("iperf3", first(shell, "iperf3", "--version"));
        return new Machine(facts);
    }

    private static String first(Shell shell, String... command) throws InterruptedException {
        return shell.run(command).lines().findFirst().orElse("");
    }

    private static String processor() {
        try {
            return Files.readAllLines(Path.of("/proc/cpuinfo")).stream()
                    .filter(line -> line.startsWith("model name"))
                    .map(line -> line.substring(line.indexOf(':') + 1).strip())
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            return "";
        }
    }

    /** One line for people. */
    public String line() {
        return "%s; Linux %s, %s × %s; %s"
                .formatted(
                        facts.get("osier"),
                        facts.get("kernel"),
                        facts.get("processors"),
                        facts.get("processor"),
                        facts.get("iptables"));
    }
}
