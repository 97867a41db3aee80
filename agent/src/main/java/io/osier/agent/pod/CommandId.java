package io.osier.agent.pod;

/**
 * Which command of which pod.
 *
 * @param namespace the pod's network namespace
 * @param container the name of its container
 * @param first whether the pod has none before it: that one has the pod's own name, as when pods ran no more than one
 */
public record CommandId(String namespace, String container, boolean first) {
    /** Is in no name of a pod, namespace or container. */
    private static final char SEPARATOR = '_';

    /** How its unit and its files are called. */
    String key() {
        return first ? namespace : namespace + SEPARATOR + container;
    }

    /** What the keys of a pod's commands but the first begin with. */
    static String beginningOfOthers(String namespace) {
        return namespace + SEPARATOR;
    }

    static boolean isOf(String namespace, String key) {
        return key.equals(namespace) || key.startsWith(beginningOfOthers(namespace));
    }

    @Override
    public String toString() {
        return namespace + "/" + container;
    }
}
