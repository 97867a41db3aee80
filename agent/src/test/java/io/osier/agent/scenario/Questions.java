package io.osier.agent.scenario;

import io.osier.agent.scenario.DrawnService.Port;
import java.util.ArrayList;
import java.util.List;

/** All that the clients ask of a service: each of its ports at each of its addresses, and ports that it does not have. */
final class Questions {
    static final String OWN_NODE_PORT = "node port of the own node";
    static final String OTHER_NODE_PORT = "node port of the other node";
    /** At the node's address in its pods' network, which is as good as its others. */
    static final String AT_GATEWAY = ", by its gateway address";

    /** Of no service in any draw. */
    private static final int NOBODYS_PORT = 81;

    private final DrawnService service;
    private final Station client;
    private final List<Question> questions = new ArrayList<>();

    private Questions(DrawnService service, Station client) {
        this.service = service;
        this.client = client;
    }

    static List<Question> to(DrawnService service) {
        List<Question> all = new ArrayList<>();
        for (Station client : Station.CLIENTS) {
            Questions questions = new Questions(service, client);
            service.ports().forEach(questions::addPort);
            questions.addNobodys();
            all.addAll(questions.questions);
        }
        return all;
    }

    private void addPort(Port port) {
        add(port.name(), "cluster IP", service.clusterIp(), port.port(), port.protocol());
        add(port.name(), "external IP", service.externalIp(), port.port(), port.protocol());
        add(port.name(), "load balancer", service.balancer(), port.port(), port.protocol());
        if (port.nodePort() != 0) {
            for (Station node : List.of(Station.NODE_A, Station.NODE_B)) {
                String how = node == client.node() ? OWN_NODE_PORT : OTHER_NODE_PORT;
                add(port.name(), how, node.address, port.nodePort(), port.protocol());
                if (node == client.node() || !isPassedBy()) {
                    add(port.name(), how + AT_GATEWAY, node.gateway(), port.nodePort(), port.protocol());
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

    private void addNobodys() {
        Port first = service.ports().get(0);
        boolean alone = service.ports().stream()
                        .filter(port -> port.port() == first.port())
                        .count()
                == 1;
        for (String protocol : List.of("TCP", "UDP")) {
            add("", "nobody's port of the cluster IP", service.clusterIp(), NOBODYS_PORT, protocol);
            add("", "nobody's port of the external IP", service.externalIp(), NOBODYS_PORT, protocol);
            add("", "nobody's port of the load balancer", service.balancer(), NOBODYS_PORT, protocol);
            if (alone && !protocol.equals(first.protocol())) {
                add("", "nobody's protocol of the cluster IP", service.clusterIp(), first.port(), protocol);
            }
            add("", "nobody's node port", client.node().address, ServiceDraw.nobodysNodePort(), protocol);
        }
    }

    private void add(String portName, String how, String address, int port, String protocol) {
        if (!address.isEmpty()) {
            questions.add(new Question(client, service, portName, how, address, port, protocol));
        }
    }
}
