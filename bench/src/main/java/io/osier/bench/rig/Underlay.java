package io.osier.bench.rig;

import io.osier.bench.traffic.Shell;

/** What joins the nodes: veth pairs into a bridge, the same for every network under test. */
public enum Underlay {
    /** As veth pairs are: they carry super-frames of up to 64 KB whole, as one hypervisor's guests see each other. */
    VETH,
    /** Without segmentation offloads: what crosses has the MTU's size, as on a wire. */
    MTU;

    private static final String[] SEGMENTATION = {
        "tso", "off", "gso", "off", "tx-udp-segmentation", "off", "tx-udp_tnl-segmentation", "off"
    };

    /** Prepares one end of a pair. */
    void apply(Shell shell, String namespace, String device) throws InterruptedException {
        if (this == MTU) {
            shell.run(words(namespace, device, SEGMENTATION));
        }
    }

    /** Prepares a node's end of a pair: network cards join what arrives in a burst, whatever they do when sending. */
    void applyToNode(Shell shell, String namespace, String device) throws InterruptedException {
        apply(shell, namespace, device);
        if (this == MTU) {
            shell.run(words(namespace, device, "gro", "on"));
        }
    }

    private static String[] words(String namespace, String device, String... features) {
        String[] words = new String[features.length + 5];
        words[0] = "nsenter";
        words[1] = "--net=/run/netns/" + namespace;
        words[2] = "ethtool";
        words[3] = "-K";
        words[4] = device;
        System.arraycopy(features, 0, words, 5, features.length);
        return words;
    }
}
