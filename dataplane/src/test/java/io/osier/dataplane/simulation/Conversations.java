package io.osier.dataplane.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import io.osier.dataplane.packet.MacAddress;
import io.osier.dataplane.service.VirtualService;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;

/** What pods ask pods and services; every answer is checked against the question and what the client's node knew then. */
final class Conversations {
    private static final int MAX_FLOWS = 200;
    private static final int FIRST_PORT = 1_024;
    private static final int SYN = 0x02;
    private static final int ACK = 0x10;
    private static final int FIN = 0x01;

    private record Question(ClientFlow flow, Set<String> allowedServers) {}

    private final Random random;
    private final SimulatedClock clock;
    private final ChangingCluster world;
    private final BackendKnowledge knowledge;
    private final List<ClientFlow> flows = new ArrayList<>();
    private final Map<Integer, Question> questions = new HashMap<>();
    /** A client's ports count up for each target alone, so that flows to one backend by several ways collide. */
    private final Map<String, Integer> usedPorts = new HashMap<>();

    /** Who is no backend yet may become one later, too late for a flow with a port that another has by then. */
    private int lastQuietPort;

    private int lastNumber;
    private int answers;

    Conversations(Random random, SimulatedClock clock, ChangingCluster world, BackendKnowledge knowledge) {
        this.random = random;
        this.clock = clock;
        this.world = world;
        this.knowledge = knowledge;
    }

    /** How many questions have been answered. */
    int answers() {
        return answers;
    }

    /** Lets a client ask somebody something, on a new flow or one that it has. */
    void ask(int protocol) {
        boolean opens = random.nextInt(3) == 0 || flows.isEmpty();
        ask(opens ? open(protocol) : flows.get(random.nextInt(flows.size())), true);
    }

    private ClientFlow open(int protocol) {
        SimulatedPod client = world.anyPod();
        ClientFlow flow = random.nextInt(4) == 0
                ? flowTo(client, protocol, world.anyPod().address())
                : flowTo(client, world.anyService());
        flows.add(flow);
        if (flows.size() > MAX_FLOWS) {
            flows.remove(random.nextInt(MAX_FLOWS / 2));
        }
        return flow;
    }

    private ClientFlow flowTo(SimulatedPod client, VirtualService service) {
        String target = service.address().toString();
        return new ClientFlow(
                client,
                nextPort(client, target),
                service.protocol(),
                target,
                ChangingCluster.SERVICE_PORT,
                service.name(),
                knowledge.removals());
    }

    private ClientFlow flowTo(SimulatedPod client, int protocol, String target) {
        boolean mayCollide = knowledge.isBackend(client.node(), protocol, target);
        return new ClientFlow(
                client,
                mayCollide ? nextPort(client, target) : ++lastQuietPort,
                protocol,
                target,
                ChangingCluster.BACKEND_PORT,
                null,
                knowledge.removals());
    }

    private int nextPort(SimulatedPod client, String target) {
        return FIRST_PORT + usedPorts.merge(client + " to " + target, 1, Integer::sum);
    }

    private void ask(ClientFlow flow, boolean mayClose) {
        if (!world.pods().contains(flow.client) || flow.client.address().equals(flow.target)) {
            flows.remove(flow);
            return;
        }
        boolean opening = flow.protocol == IpProtocol.TCP && flow.server == null;
        boolean closing = mayClose && !opening && random.nextInt(10) == 0;
        int number = ++lastNumber;
        questions.put(number, new Question(flow, knowledge.allowedServers(flow, clock.nanoTime())));
        flow.lastSentNanos = clock.nanoTime();
        send(flow, opening ? SYN : ACK, "Q " + number);
        if (closing) {
            send(flow, FIN | ACK, "");
            flows.remove(flow);
        }
    }

    private static void send(ClientFlow flow, int tcpFlags, String payload) {
        flow.client.ask(flow.protocol, flow.port, flow.target, flow.targetPort, tcpFlags, payload);
    }

    /** Checks what came to a pod, and takes it in if it is an answer. */
    void judge(SimulatedPod.Received received) {
        if (received.protocol() == 0) {
            IpAddress asked = IpAddress.parse(received.from());
            assertThat(received.payload()).isEqualTo(MacAddress.format(MacAddress.ofPod(asked.v4Bits())));
        } else if (received.payload().startsWith("Q ")) {
            assertThat(question(received).allowedServers)
                    .as("who may be asked in %s", received)
                    .contains(received.pod().address());
        } else if (received.payload().startsWith("A ")) {
            judgeAnswer(received);
        } else if (received.protocol() == IpProtocol.ICMP) {
            assertThat(received.payload())
                    .contains(" icmp 3/3 about " + received.pod().address() + ":");
        }
    }

    private Question question(SimulatedPod.Received received) {
        int number = Integer.parseInt(received.payload().split(" ", 3)[1]);
        return Objects.requireNonNull(questions.get(number), received::toString);
    }

    private void judgeAnswer(SimulatedPod.Received received) {
        Question question = question(received);
        ClientFlow flow = question.flow;
        String server = received.payload().substring(received.payload().lastIndexOf(' ') + 1);
        assertThat(received.pod()).as("the client of %s", received).isSameAs(flow.client);
        assertThat(received.toPort()).as("the client's port of %s", received).isEqualTo(flow.port);
        assertThat(received.from()).as("who was asked in %s", received).isEqualTo(flow.target);
        assertThat(received.fromPort())
                .as("which port was asked in %s", received)
                .isEqualTo(flow.targetPort);
        assertThat(question.allowedServers).as("who may answer %s", received).contains(server);
        answers++;
        if (flow.server == null || flow.protocol == IpProtocol.UDP) {
            flow.server = server;
        }
    }

    /** Everybody asks everybody; the caller lets each question be answered, and no answer may be missing. */
    void askEverybody(Runnable settle) {
        flows.clear();
        for (SimulatedPod client : world.pods()) {
            for (VirtualService service : world.services()) {
                boolean served = !service.backends().isEmpty() && world.backendsLive(service);
                expectAnswer(flowTo(client, service), served, settle);
            }
            for (SimulatedPod target : world.pods()) {
                if (target != client) {
                    expectAnswer(flowTo(client, IpProtocol.UDP, target.address()), true, settle);
                }
            }
        }
    }

    private void expectAnswer(ClientFlow flow, boolean expected, Runnable settle) {
        int before = answers;
        ask(flow, false);
        settle.run();
        if (expected) {
            assertThat(answers)
                    .as("one answer for %s from %s", flow.client, flow.target)
                    .isEqualTo(before + 1);
        }
    }
}
