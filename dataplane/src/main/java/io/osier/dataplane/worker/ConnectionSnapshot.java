package io.osier.dataplane.worker;

import io.osier.dataplane.conntrack.ConnectionEntries;
import io.osier.dataplane.conntrack.ConnectionState;
import io.osier.dataplane.packet.IpAddress;

/**
 * One tracked flow as it was at a moment; a flow straight to a backend has it for a service.
 *
 * @param source what the backend sees as the source: the client, or the gateway
 * @param expiresInNanos how long it may stay silent from that moment on
 * @param packets and bytes in both directions, of IP
 */
public record ConnectionSnapshot(
        int protocol,
        IpAddress client,
        int clientPort,
        IpAddress service,
        int servicePort,
        IpAddress backend,
        int backendPort,
        IpAddress source,
        int sourcePort,
        ConnectionState state,
        long expiresInNanos,
        long packets,
        long bytes) {
    static ConnectionSnapshot of(ConnectionEntries entries, int entry, long nowNanos) {
        return new ConnectionSnapshot(
                entries.protocol(entry),
                new IpAddress(entries.clientHigh(entry), entries.clientLow(entry)),
                entries.clientPort(entry),
                new IpAddress(entries.serviceHigh(entry), entries.serviceLow(entry)),
                entries.servicePort(entry),
                new IpAddress(entries.backendHigh(entry), entries.backendLow(entry)),
                entries.backendPort(entry),
                new IpAddress(entries.sourceHigh(entry), entries.sourceLow(entry)),
                entries.sourcePort(entry),
                entries.state(entry),
                entries.expiryNanos(entry) - nowNanos,
                entries.packets(entry),
                entries.bytes(entry));
    }
}
