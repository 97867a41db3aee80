package io.osier.agent.bootstrap;

import io.osier.agent.api.client.ApiClient;
import io.osier.agent.api.server.ApiServer;
import io.osier.agent.cli.OsierCommand;
import io.osier.agent.model.Manifest;
import io.osier.agent.model.Manifests;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/**
 * Uses once what every command and agent uses, so that an archive can be made of the classes that it loads ({@code java
 * -XX:DumpLoadedClassList}, then {@code -Xshare:dump}). Needs no rights and leaves nothing.
 */
public final class WarmUp {
    private WarmUp() {}

    public static void main(String[] arguments) throws IOException {
        Path folder = Files.createTempDirectory("osier-warm-up");
        Path socket = folder.resolve("api.sock");
        Path manifest = folder.resolve("warm-up.yaml");
        AgentConfig.defaults();
        Manifests.read("{apiVersion: v1, kind: Pod, metadata: {name: warm-up}}").forEach(Manifest::bind);
        ApiServer server = ApiServer.listen(socket, ApiServer.EMPTY);
        try (ApiClient client = new ApiClient(socket)) {
            client.get("/");
            run("--help"); // looks at all commands
            Files.writeString(
                    manifest,
                    "{apiVersion: v1, kind: Service, metadata: {name: warm-up}, spec: {ports: [{port: 80}]}}");
            for (String words : List.of(
                    "get pods -o wide",
                    "get services -o yaml",
                    "rules",
                    "drops",
                    "status",
                    "describe pod warm-up",
                    "apply -f " + manifest,
                    "create service warm-up --port 80 --selector app=warm-up")) {
                run(words + " --socket " + socket);
            }
        } finally {
            server.close();
            Files.deleteIfExists(manifest);
            Files.deleteIfExists(folder);
        }
    }

    private static void run(String words) {
        OsierCommand.execute(words.split(" ", -1), Version.current(), config -> 0);
    }
}
