package io.osier.agent.store.etcd;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** An authority and what it has signed, made by {@code openssl} as an administrator would: for the servers, and for a client. */
record EtcdCertificates(Path folder) {
    /** @throws IllegalStateException with what {@code openssl} said */
    static EtcdCertificates make(Path folder) throws IOException, InterruptedException {
        EtcdCertificates made = new EtcdCertificates(folder);
        made.sign("ca", "/CN=etcd authority", List.of("-addext", "basicConstraints=critical,CA:TRUE"));
        made.sign("server", "/CN=etcd", made.byAuthority("subjectAltName=IP:127.0.0.1"));
        made.sign("client", "/CN=osier-agent", made.byAuthority("extendedKeyUsage=clientAuth"));
        return made;
    }

    private List<String> byAuthority(String extension) {
        return List.of("-CA", file("ca.pem"), "-CAkey", file("ca.key"), "-addext", extension);
    }

    private void sign(String name, String subject, List<String> how) throws IOException, InterruptedException {
        List<String> command = new java.util.ArrayList<>(List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-days",
                "2",
                "-subj",
                subject,
                "-keyout",
                file(name + ".key"),
                "-out",
                file(name + ".pem")));
        command.addAll(how);
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (process.waitFor() != 0) {
            throw new IllegalStateException(said);
        }
    }

    String file(String name) {
        return folder.resolve(name).toString();
    }
}
