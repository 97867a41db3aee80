package io.osier.dataplane.service;

import io.osier.dataplane.packet.IpProtocol;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** kube-proxy's names of the chains of a service port and of its endpoints. */
final class ChainName {
    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    private static final int HASH_CHARACTERS = 16;

    private ChainName() {}

    /** All backends. */
    static String ofService(VirtualService service) {
        return "KUBE-SVC-" + hash(service);
    }

    /** The backends of this node. */
    static String ofLocal(VirtualService service) {
        return "KUBE-SVL-" + hash(service);
    }

    /** What comes from outside. */
    static String ofExternal(VirtualService service) {
        return "KUBE-EXT-" + hash(service);
    }

    /** The source ranges of a load balancer. */
    static String ofFirewall(VirtualService service) {
        return "KUBE-FW-" + hash(service);
    }

    static String ofEndpoint(VirtualService service, Backend backend) {
        return "KUBE-SEP-" + hash(service.name() + IpProtocol.name(service.protocol()) + backend);
    }

    /** 128 bits that stand for a service port, whatever its addresses are. */
    static ByteBuffer identity(String name, int protocol) {
        return ByteBuffer.wrap(sha256(name + IpProtocol.name(protocol)));
    }

    private static String hash(VirtualService service) {
        return hash(service.name() + IpProtocol.name(service.protocol()));
    }

    /** The first 16 characters of base32(sha256(text)): five bits each, highest first (RFC 4648, section 6). */
    private static String hash(String text) {
        byte[] digest = sha256(text);
        StringBuilder characters = new StringBuilder(HASH_CHARACTERS);
        for (int bit = 0; characters.length() < HASH_CHARACTERS; bit += 5) {
            int twoBytes = (digest[bit / 8] & 0xff) << 8 | (digest[bit / 8 + 1] & 0xff);
            characters.append(BASE32.charAt((twoBytes >>> (11 - bit % 8)) & 0x1f));
        }
        return characters.toString();
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }
}
