package io.osier.agent.store.etcd;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How etcd is reached.
 *
 * @param endpoints such as {@code http://10.0.0.1:2379}; all {@code https} if there is a {@code ca}
 * @param prefix what every key begins with, such as {@code /osier/}
 * @param ca PEM file with the authorities that sign the servers' certificates; the JDK's own if null
 * @param certificate PEM file with the client's certificate chain; null to show none
 * @param key PEM file with the certificate's key, in PKCS #8; null without a certificate
 * @param user whom to be in etcd; null where etcd asks nobody
 * @param password the user's; null without a user
 */
public record EtcdSettings(
        List<String> endpoints,
        String prefix,
        @Nullable String ca,
        @Nullable String certificate,
        @Nullable String key,
        @Nullable String user,
        @Nullable String password) {

    public EtcdSettings {
        endpoints = List.copyOf(endpoints);
    }

    /** Endpoints that take everybody, without TLS. */
    public static EtcdSettings open(List<String> endpoints, String prefix) {
        return new EtcdSettings(endpoints, prefix, null, null, null, null, null);
    }

    /** Never the password. */
    @Override
    public String toString() {
        return "etcd " + String.join(",", endpoints) + " " + prefix;
    }
}
