package io.osier.agent.scenario;

import io.osier.agent.scenario.DrawnService.Addresses;
import io.osier.agent.scenario.DrawnService.Condition;
import io.osier.agent.scenario.DrawnService.Endpoint;
import io.osier.agent.scenario.DrawnService.Port;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/** Draws services of all sorts. The same seed draws the same ones, but for where in the ranges their addresses are. */
final class ServiceDraw {
    static final int SERVICES = 6;
    static final List<String> PROTOCOLS = List.of("TCP", "UDP", "SCTP");

    private static final List<String> RANGES = List.of(
            Station.OUTSIDER_A.address + "/32",
            Station.OUTSIDER_B.address + "/32",
            Station.NODE_A.address + "/32",
            "172.30.0.0/24",
            "10.32.0.0/24",
            Station.CALLER_B.address + "/32",
            "203.0.113.0/24",
            Family.IPV6.of(Station.OUTSIDER_A) + "/128",
            Family.IPV6.of(Station.OUTSIDER_B) + "/128",
            Family.IPV6.of(Station.NODE_A) + "/128",
            "2001:db8:30::/64",
            Family.IPV6.podSubnet(Station.NODE_A),
            Family.IPV6.of(Station.CALLER_B) + "/128",
            "2001:db8:77::/48");

    private static final List<String> DISTRIBUTIONS = List.of("PreferSameZone", "PreferSameNode", "PreferClose");
    private static final List<String> ZONES = List.of("east", "west", "north");

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
        List<Family> families = families(i);
        boolean external = chance(50);
        Family ofBalancer = families.get(random.nextInt(families.size()));
        Map<Family, Addresses> addresses = new LinkedHashMap<>();
        for (Family family : families) {
            addresses.put(
                    family,
                    new Addresses(
                            clusterIp(family, i),
                            external ? externalIp(family, i) : "",
                            balanced && family == ofBalancer ? balancer(family, i) : ""));
        }
        return new DrawnService(
                "draw" + number + "-" + i,
                balanced ? "LoadBalancer" : open ? "NodePort" : "ClusterIP",
                addresses,
                balanced && chance(60) ? ranges() : List.of(),
                open && chance(45),
                chance(30),
                chance(20) ? 600 : 0,
                chance(40) ? DISTRIBUTIONS.get(random.nextInt(DISTRIBUTIONS.size())) : "",
                ports(i, open),
                endpoints());
    }

    /** Of six services two have both families, one with the other first. */
    private static List<Family> families(int i) {
        return switch (i % SERVICES) {
            case 0, 3 -> List.of(Family.IPV4);
            case 1, 4 -> List.of(Family.IPV6);
            case 2 -> List.of(Family.IPV4, Family.IPV6);
            default -> List.of(Family.IPV6, Family.IPV4);
        };
    }

    private DrawnService open() {
        int last = SERVICES;
        Map<Family, Addresses> addresses = new LinkedHashMap<>();
        addresses.put(
                Family.IPV4,
                new Addresses(
                        clusterIp(Family.IPV4, last), externalIp(Family.IPV4, last), balancer(Family.IPV4, last)));
        addresses.put(Family.IPV6, new Addresses(clusterIp(Family.IPV6, last), externalIp(Family.IPV6, last), ""));
        return new DrawnService(
                "draw" + number + "-open",
                "LoadBalancer",
                addresses,
                List.of(),
                false,
                false,
                0,
                "",
                List.of(new Port("one", "TCP", 80, EchoServers.PORTS.get(0), nodePort(last, 0))),
                Map.of(Station.WEB_A1, Endpoint.READY, Station.WEB_B1, Endpoint.READY));
    }

    private List<String> ranges() {
        List<String> ranges = new ArrayList<>();
        RANGES.stream().filter(range -> chance(35)).forEach(ranges::add);
        return ranges.isEmpty() ? List.of("203.0.113.0/24") : ranges;
    }

    private List<Port> ports(int i, boolean open) {
        List<Port> ports = new ArrayList<>();
        int count = 1 + random.nextInt(3);
        int first = random.nextInt(PROTOCOLS.size());
        for (int p = 0; p < count; p++) {
            // The second has the first's number and another protocol; the third a number of its own.
            int step = p == 1 ? 1 + random.nextInt(2) : p == 2 ? random.nextInt(3) : 0;
            String protocol = PROTOCOLS.get((first + step) % PROTOCOLS.size());
            int target = EchoServers.PORTS.get(random.nextInt(EchoServers.PORTS.size()));
            ports.add(new Port("p" + p, protocol, p < 2 ? 80 : 53, target, open ? nodePort(i, p) : 0));
        }
        return ports;
    }

    private Map<Station, Endpoint> endpoints() {
        Map<Station, Endpoint> endpoints = new EnumMap<>(Station.class);
        int liveliness = random.nextInt(4); // some services have nobody, some only those who leave
        boolean forNodes = chance(20);
        boolean forZones = chance(20);
        for (Station backend : Station.BACKENDS) {
            int lot = random.nextInt(100);
            boolean absent = liveliness == 0 ? lot < 50 : lot < 25;
            Condition condition = liveliness == 0
                    ? lot < 80 ? Condition.LEAVING : Condition.GONE
                    : lot < 75
                            ? Condition.READY
                            : lot < 90 ? Condition.LEAVING : lot < 95 ? Condition.GONE : Condition.UNREADY;
            String zone = chance(25) ? anyOf(ZONES) : "";
            // A hint that one of them lacks makes the others' void.
            String forZone = forZones && chance(90) ? anyOf(ZONES) : "";
            String forNode = forNodes && chance(90) ? (chance(50) ? "node-a" : "node-b") : "";
            if (!absent) {
                endpoints.put(backend, new Endpoint(condition, zone, forZone, forNode));
            }
        }
        return endpoints;
    }

    private String anyOf(List<String> texts) {
        return texts.get(random.nextInt(texts.size()));
    }

    private boolean chance(int percent) {
        return random.nextInt(100) < percent;
    }

    private String clusterIp(Family family, int i) {
        return family == Family.IPV4
                ? "10.96." + (16 + number) + "." + (1 + i)
                : "fd6f:7369:6572:2::" + hex(0x100 * (16 + number) + 1 + i);
    }

    private String externalIp(Family family, int i) {
        int each = 1 + number * (SERVICES + 1) + i;
        return family == Family.IPV4 ? "198.51.100." + each : "2001:db8:99::" + hex(each);
    }

    private String balancer(Family family, int i) {
        int each = 1 + number * (SERVICES + 1) + i;
        return family == Family.IPV4 ? "192.0.2." + each : "2001:db8:88::" + hex(each);
    }

    private static String hex(int number) {
        return Integer.toHexString(number);
    }

    private int nodePort(int i, int port) {
        return 30_000 + number * 100 + i * 10 + port;
    }

    /** A port of every node that is no service's in any draw. */
    static int nobodysNodePort() {
        return 32_767;
    }
}
