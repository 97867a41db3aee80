package io.osier.agent.scenario;

import java.io.IOException;
import java.net.ConnectException;
import java.net.NoRouteToHostException;
import java.net.PortUnreachableException;
import java.net.ProtocolException;
import java.net.SocketTimeoutException;
import java.util.Set;
import java.util.TreeSet;

/**
 * One client knocking at one address of a service.
 *
 * @param portName of the service's port, or empty if it has none there
 * @param how by which of the service's addresses, in words
 * @param protocol as Kubernetes has it
 */
record Question(
        Station client, DrawnService service, String portName, String how, String address, int port, String protocol) {
    static final String REFUSED = "refused";
    static final String SILENCE = "silence";
    static final String UNREACHABLE = "unreachable";
    /** Nobody there knows the protocol, as nobody's kernel here knows SCTP. */
    static final String NO_PROTOCOL = "no such protocol";

    static final String SEES = " sees ";

    /**
     * What became of so many packets, or of fewer if one is not answered: {@link #REFUSED}, {@link #SILENCE}, or who answered and
     * whom he saw. Each is sent from a port of its own.
     */
    Set<String> ask(String namespace, int times, int patienceMillis) throws IOException {
        Set<String> outcomes = new TreeSet<>();
        try (Client asking = protocol.equals("SCTP")
                ? SctpClient.open(namespace, address, port)
                : SocketClient.open(namespace, this, times)) {
            for (int i = 0; i < times; i++) {
                String outcome = ask(asking, patienceMillis);
                outcomes.add(outcome);
                if (!outcome.contains(SEES)) {
                    break;
                }
            }
        }
        return outcomes;
    }

    private static String ask(Client asking, int patienceMillis) {
        try {
            String answer = asking.ask(patienceMillis);
            String[] words = answer.split(" ", -1);
            return words.length < 2 ? "\"" + answer + "\"" : words[0] + SEES + Family.nameOf(words[1]);
        } catch (SocketTimeoutException e) {
            return SILENCE;
        } catch (PortUnreachableException e) {
            return REFUSED;
        } catch (ProtocolException e) {
            return NO_PROTOCOL;
        } catch (NoRouteToHostException e) {
            return UNREACHABLE;
        } catch (ConnectException e) {
            return String.valueOf(e.getMessage()).contains("refused") ? REFUSED : e.toString();
        } catch (IOException e) {
            return e.toString();
        }
    }

    @Override
    public String toString() {
        return client.label + " -> " + service.name() + (portName.isEmpty() ? "" : ":" + portName) + " at " + how + " "
                + protocol + " " + address + " " + port;
    }
}
