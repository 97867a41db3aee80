package io.osier.agent.scenario;

import io.osier.agent.scenario.DrawnService.Condition;
import io.osier.agent.scenario.DrawnService.Port;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Draws services of all sorts. The same seed draws the same ones, but for where in the ranges their addresses are. */
final class ServiceDraw {
    static final int SERVICES = 6;
    private static final List<String> RANGES = List.of(
            Station.OUTSIDER_A.address + "/32",
            Station.OUTSIDER_B.address + "/32",
            Station.NODE_A.address + "/32",
            "172.30.0.0/24",
            "10.32.0.0/24",
            Station.CALLER_B.address + "/32",
            "203.0.113.0/24");

    private final Random random;
    private final int number;

    private ServiceDraw(long seed, int number) {
        random = new Random(seed);
        this.number = number;
    }

    /**
     * Some services, and one behind them that whoever may reach anything reaches at every address.
     *
     * @param number which draw of this run it is: no two of them share an address
     */
    static List<DrawnService> draw(long seed, int number) {
        ServiceDraw draw = new ServiceDraw(seed, number);
        List<DrawnService> services = new ArrayList<>();
        for (int i = 0; i < SERVICES; i++) {
            services.add(draw.service(i));
        }
        services.add(draw.open());
        return services;
    }

    private DrawnService service(int i) {
        int sort = random.nextInt(4);
        boolean balanced = sort >= 2;
        boolean open = sort >= 1;
        return new DrawnService(
                "draw" + number + "-" + i,
                balanced ? "LoadBalancer" : open ? "NodePort" : "ClusterIP",
                clusterIp(i),
                chance(50) ? externalIp(i) : "",
                balanced ? balancer(i) : "",
                balanced && chance(60) ? ranges() : List.of(),
                open && chance(45),
                chance(30),
                chance(20) ? 600 : 0,
                ports(i, open),
                endpoints());
    }

    private DrawnService open() {
        int last = SERVICES;
        return new DrawnService(
                "draw" + number + "-open",
                "LoadBalancer",
                clusterIp(last),
                externalIp(last),
                balancer(last),
                List.of(),
                false,
                false,
                0,
                List.of(new Port("one", "TCP", 80, EchoServers.PORTS.get(0), nodePort(last, 0))),
                Map.of(Station.WEB_A1, Condition.READY, Station.WEB_B1, Condition.READY));
    }

    private List<String> ranges() {
        List<String> ranges = new ArrayList<>();
        RANGES.stream().filter(range -> chance(35)).forEach(ranges::add);
        return ranges.isEmpty() ? List.of("203.0.113.0/24") : ranges;
    }

    private List<Port> ports(int i, boolean open) {
        List<Port> ports = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        for (int p = 0; p < count; p++) {
            // The second has the first's number and the other protocol; the third a number of its own.
            boolean tcp = p == 1 ? ports.get(0).protocol().equals("UDP") : random.nextBoolean();
            int target = EchoServers.PORTS.get(random.nextInt(EchoServers.PORTS.size()));
            ports.add(new Port("p" + p, tcp ? "TCP" : "UDP", p < 2 ? 80 : 53, target, open ? nodePort(i, p) : 0));
        }
        return ports;
    }

    private Map<Station, Condition> endpoints() {
        Map<Station, Condition> endpoints = new EnumMap<>(Station.class);
        int liveliness = random.nextInt(4); // some services have nobody, some only those who leave
        for (Station backend : Station.BACKENDS) {
            int lot = random.nextInt(100);
            if (liveliness == 0) {
                putUnless(lot < 50, endpoints, backend, lot < 80 ? Condition.LEAVING : Condition.GONE);
            } else {
                putUnless(
                        lot < 25,
                        endpoints,
                        backend,
                        lot < 75
                                ? Condition.READY
                                : lot < 90 ? Condition.LEAVING : lot < 95 ? Condition.GONE : Condition.UNREADY);
            }
        }
        return endpoints;
    }

    private static void putUnless(
            boolean absent, Map<Station, Condition> endpoints, Station backend, Condition condition) {
        if (!absent) {
            endpoints.put(backend, condition);
        }
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private String clusterIp(int i) {
        return "10.96." + (16 + number) + "." + (1 + i);
    }

    private String externalIp(int i) {
        return "198.51.100." + (1 + number * (SERVICES + 1) + i);
    }

    private String balancer(int i) {
        return "192.0.2." + (1 + number * (SERVICES + 1) + i);
    }

    private int nodePort(int i, int port) {
        return 30_000 + number * 100 + i * 10 + port;
    }

    /** A port of every node that is no service's in any draw. */
    static int nobodysNodePort() {
        return 32_767;
    }
}
