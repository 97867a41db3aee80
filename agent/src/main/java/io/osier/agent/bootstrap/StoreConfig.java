package io.osier.agent.bootstrap;

import io.osier.agent.model.ValidationException;
import io.osier.agent.store.RememberedStore;
import io.osier.agent.store.StateStore;
import io.osier.agent.store.StoreException;
import io.osier.agent.store.directory.DirectoryStore;
import io.osier.agent.store.etcd.EtcdSettings;
import io.osier.agent.store.etcd.EtcdStore;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Where the cluster's state is kept: {@code store} in the configuration.
 *
 * @param type {@code directory}, for the agents of one machine, or {@code etcd}
 * @param directory of the directory store; {@code STATE-DIRECTORY/store} if left out
 * @param endpoints of etcd, such as {@code http://192.168.56.11:2379}; all http or all https
 * @param prefix what every key in etcd begins with; {@code /osier/} if left out
 * @param ca PEM file with the authorities that sign etcd's certificates; those that the JDK knows if left out
 * @param certificate PEM file with the certificate to show to etcd
 * @param key PEM file with its key, PKCS #8
 * @param user whom to be in etcd
 * @param password the user's, or
 * @param passwordFile a file whose first line it is
 */
public record StoreConfig(
        String type,
        @Nullable String directory,
        List<String> endpoints,
        String prefix,
        @Nullable String ca,
        @Nullable String certificate,
        @Nullable String key,
        @Nullable String user,
        @Nullable String password,
        @Nullable String passwordFile) {
    /** The store that needs nothing else. */
    static final StoreConfig DEFAULT =
            new StoreConfig("directory", null, List.of(), "/osier/", null, null, null, null, null, null);

    @SuppressWarnings("NullAway") // what the file leaves out is null
    public StoreConfig {
        type = type == null ? "directory" : type;
        if (!type.equals("directory") && !type.equals("etcd")) {
            throw invalid("type", type, "must be directory or etcd");
        }
        boolean etcd = type.equals("etcd");
        refuse(etcd && directory != null, "directory", "directory");
        refuse(!etcd && endpoints != null && !endpoints.isEmpty(), "endpoints", "etcd");
        refuse(!etcd && (ca != null || certificate != null || key != null), "ca, certificate and key", "etcd");
        refuse(!etcd && (user != null || password != null || passwordFile != null), "user and password", "etcd");
        endpoints = endpoints == null ? List.of() : List.copyOf(endpoints);
        prefix = prefix == null ? "/osier/" : prefix;
        if (!prefix.startsWith("/") || !prefix.endsWith("/")) {
            throw invalid("prefix", prefix, "must begin and end with a slash");
        }
        if (etcd) {
            checkEndpoints(endpoints, ca != null || certificate != null);
            requireBoth("certificate", certificate, "key", key);
            if (password != null && passwordFile != null) {
                throw new ValidationException("store.passwordFile: cannot be given beside store.password");
            }
            requireBoth("user", user, "password", password == null ? passwordFile : password);
        }
    }

    private static void checkEndpoints(List<String> endpoints, boolean secured) {
        if (endpoints.isEmpty()) {
            throw new ValidationException(
                    "store.endpoints: Required value: where etcd answers, such as http://192.168.56.11:2379");
        }
        String first = endpoints.get(0).startsWith("https:") ? "https" : "http";
        for (String endpoint : endpoints) {
            URI uri = parse(endpoint);
            if (!first.equals(uri.getScheme()) || uri.getHost() == null || uri.getPort() < 1) {
                throw invalid("endpoints", endpoint, "must be " + first + "://HOST:PORT");
            }
        }
        if (secured && first.equals("http")) {
            throw invalid("endpoints", endpoints.get(0), "must be https where there are certificates");
        }
    }

    private static URI parse(String endpoint) {
        try {
            return new URI(endpoint);
        } catch (URISyntaxException e) {
            throw invalid("endpoints", endpoint, "is not a URL");
        }
    }

    private static void requireBoth(String one, @Nullable String first, String other, @Nullable String second) {
        if ((first == null) != (second == null)) {
            String missing = first == null ? one : other;
            String present = first == null ? other : one;
            throw new ValidationException("store." + missing + ": Required value: belongs to store." + present);
        }
    }

    private static void refuse(boolean present, String keys, String type) {
        if (present) {
            throw new ValidationException("store: " + keys + " can only be given for type " + type);
        }
    }

    private static ValidationException invalid(String key, String value, String why) {
        return new ValidationException("store." + key + ": Invalid value: \"" + value + "\": " + why);
    }

    /** The directory store's directory. */
    public Path directoryPath(String stateDirectory) {
        return directory == null ? Path.of(stateDirectory, "store") : Path.of(directory);
    }

    /**
     * Opens the store. etcd need not be there, if it ever was.
     *
     * @throws ValidationException in one line, if the password's file cannot be read
     * @throws StoreException in one line, if etcd does not answer and nothing is remembered of it
     */
    public StateStore open(String stateDirectory) {
        if (!type.equals("etcd")) {
            return DirectoryStore.open(directoryPath(stateDirectory));
        }
        EtcdStore store = EtcdStore.open(etcd());
        return RememberedStore.open(
                store,
                store::probe,
                "etcd at " + String.join(",", endpoints),
                Path.of(stateDirectory, "last-known"),
                "etcd " + prefix);
    }

    private EtcdSettings etcd() {
        return new EtcdSettings(endpoints, prefix, ca, certificate, key, user, readPassword());
    }

    private @Nullable String readPassword() {
        if (passwordFile == null) {
            return password;
        }
        try {
            return Files.readString(Path.of(passwordFile)).lines().findFirst().orElse("");
        } catch (IOException e) {
            throw invalid("passwordFile", passwordFile, "cannot be read");
        }
    }

    /** In words, for {@code status}; never the password. */
    public String describe(String stateDirectory) {
        return type.equals("etcd")
                ? "etcd " + String.join(" ", endpoints) + " " + prefix
                : "directory " + directoryPath(stateDirectory);
    }
}
