package io.osier.agent.scenario;

import io.osier.agent.scenario.DrawnService.Addresses;
import io.osier.agent.scenario.DrawnService.Port;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** All that the clients ask of a service: each of its ports at each of its addresses, and ports that it does not have. */
final class Questions {
    static final String OWN_NODE_PORT = "node port of the own node";
    static final String OTHER_NODE_PORT = "node port of the other node";
    /** At the node's address in its pods' network, which is as good as its others. */
    static final String AT_GATEWAY = ", by its gateway address";

    static final String NOBODYS_NODE_PORT = "nobody's node port";

    /** Of no service in any draw. */
    private static final int NOBODYS_PORT = 81;

    private final DrawnService service;
    private final Station client;
    private final List<Question> questions = new ArrayList<>();
    /** What there is most of is asked in turns: of two addresses by one client the one, by the next one the other. */
    private int turn;

    private Questions(DrawnService service, Station client) {
        this.service = service;
        this.client = client;
        this.turn = Station.CLIENTS.indexOf(client);
    }

    static List<Question> to(DrawnService service) {
        List<Question> all = new ArrayList<>();
        for (Station client : Station.CLIENTS) {
            Questions questions = new Questions(service, client);
            for (Map.Entry<Family, Addresses> each : service.addresses().entrySet()) {
                service.ports().forEach(port -> questions.addPort(port, each.getKey(), each.getValue()));
                questions.addNobodys(each.getKey(), each.getValue());
            }
            questions.addOtherFamily();
            all.addAll(questions.questions);
        }
        return all;
    }

    private void addPort(Port port, Family family, Addresses addresses) {
        add(port.name(), "cluster IP", addresses.cluster(), port.port(), port.protocol());
        add(port.name(), "external IP", addresses.external(), port.port(), port.protocol());
        add(port.name(), "load balancer", addresses.balancer(), port.port(), port.protocol());
        if (port.nodePort() != 0) {
            for (Station node : List.of(Station.NODE_A, Station.NODE_B)) {
                String how = node == client.node() ? OWN_NODE_PORT : OTHER_NODE_PORT;
                add(port.name(), how, family.of(node), port.nodePort(), port.protocol());
                if (turn++ % 2 == 0 && (node == client.node() || !isPassedBy())) {
                    add(port.name(), how + AT_GATEWAY, family.gateway(node), port.nodePort(), port.protocol());
                }
            }
        }
    }

    /**
     * Whether answers may pass the node by that was asked. Under the Local policy whoever is among the pods gets any backend, and is
     * seen as himself: backends of his own node answer him directly, which is nothing that he knows, so that chance decides.
     */
    private boolean isPassedBy() {
        return service.keptOutside() && client.role != Station.Role.OUTSIDER;
    }

    private void addNobodys(Family family, Addresses addresses) {
        addNobodys("nobody's port of the cluster IP", addresses.cluster(), NOBODYS_PORT);
        addNobodys("nobody's port of the external IP", addresses.external(), NOBODYS_PORT);
        addNobodys("nobody's port of the load balancer", addresses.balancer(), NOBODYS_PORT);
        addNobodys(NOBODYS_NODE_PORT, family.of(client.node()), ServiceDraw.nobodysNodePort());
        int port = service.ports().get(0).port();
        ServiceDraw.PROTOCOLS.stream()
                .filter(protocol -> service.ports().stream()
                        .noneMatch(
                                each -> each.port() == port && each.protocol().equals(protocol)))
                .findFirst()
                .ifPresent(protocol ->
                        add("", "nobody's protocol of the cluster IP", addresses.cluster(), port, protocol));
    }

    /** A service has node ports only where it has addresses. */
    private void addOtherFamily() {
        Port first = service.ports().get(0);
        for (Family family : Family.values()) {
            if (!service.addresses().containsKey(family) && first.nodePort() != 0) {
                add("", NOBODYS_NODE_PORT, family.of(client.node()), first.nodePort(), first.protocol());
            }
        }
    }

    private void addNobodys(String how, String address, int port) {
        turn++;
        if (turn % 2 == 0) {
            add("", how, address, port, ServiceDraw.PROTOCOLS.get(turn / 2 % ServiceDraw.PROTOCOLS.size()));
        }
    }

    private void add(String portName, String how, String address, int port, String protocol) {
        if (!address.isEmpty()) {
            questions.add(new Question(client, service, portName, how, address, port, protocol));
        }
    }
}
