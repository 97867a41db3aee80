package io.osier.agent.store;

import java.util.regex.Pattern;

/** What keys look like, and which there are. */
public final class Keys {
    public static final String NODES = "nodes";
    public static final String LEASES = "leases";
    public static final String PODS = "pods";
    public static final String SERVICES = "services";
    public static final String ENDPOINTS = "endpoints";
    public static final String ENDPOINT_SLICES = "endpointslices";
    public static final String NETWORK_POLICIES = "networkpolicies";
    public static final String CLAIMS = "claims";
    public static final String PRESENCE = "presence";

    private static final Pattern KEY =
            Pattern.compile("[A-Za-z0-9_:-][A-Za-z0-9._:-]*(/[A-Za-z0-9_:-][A-Za-z0-9._:-]*){0,5}");
    private static final int MAX_CHARACTERS = 200;

    private Keys() {}

    /** Whether the text can name a key, and nothing else: no way out of the store, no hidden file. */
    public static boolean isKey(String text) {
        return text.length() <= MAX_CHARACTERS && KEY.matcher(text).matches();
    }

    /**
     * Returns the key.
     *
     * @throws IllegalArgumentException if it is none
     */
    public static String check(String key) {
        if (!isKey(key)) {
            throw new IllegalArgumentException("\"" + key + "\" is not a key of the store");
        }
        return key;
    }

    public static String node(String name) {
        return check(NODES + "/" + name);
    }

    public static String pod(String namespace, String name) {
        return object(PODS, namespace, name);
    }

    public static String service(String namespace, String name) {
        return object(SERVICES, namespace, name);
    }

    public static String endpoints(String namespace, String name) {
        return object(ENDPOINTS, namespace, name);
    }

    /** Of an object of this collection, which has the name of its kind's plural. */
    public static String object(String plural, String namespace, String name) {
        return check(plural + "/" + namespace + "/" + name);
    }

    /** The lease of a subnet such as {@code 10.32.1.0/24}. */
    public static String lease(String subnet) {
        return check(LEASES + "/" + subnet.replace('/', '-'));
    }

    /** Where a node's agent gives signs of life. */
    public static String presence(String node) {
        return check(PRESENCE + "/" + node);
    }

    /** The claim to an address. */
    public static String claim(String address) {
        return check(CLAIMS + "/" + address);
    }
}
