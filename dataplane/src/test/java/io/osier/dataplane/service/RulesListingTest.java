package io.osier.dataplane.service;

import static org.assertj.core.api.Assertions.assertThat;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.packet.IpProtocol;
import java.util.List;
import org.junit.jupiter.api.Test;

class RulesListingTest {
    private static final Backend FIRST = new Backend(IpAddress.parse("10.244.1.2"), 80, 0);
    private static final Backend SECOND = new Backend(IpAddress.parse("10.244.2.3"), 80, 0);
    private static final IpAddress ADDRESS = IpAddress.parse("10.102.69.101");

    private static VirtualService nginx(Backend... backends) {
        return new VirtualService("default/nginx-svc:http", IpProtocol.TCP, ADDRESS, 80, List.of(backends));
    }

    @Test
    void listsTheChainsOfOneServiceAsIptablesWould() {
        String listing = RulesListing.of(List.of(nginx(FIRST)), false);

        assertThat(listing).isEqualTo("""
                        Chain KUBE-SERVICES (2 references)
                        target     prot opt source               destination\s\s\s\s\s\s\s\s\s
                        KUBE-SVC-ELCM5PCEQWBTUJ2I  tcp  --  0.0.0.0/0            10.102.69.101        /* default/nginx-svc:http cluster IP */ tcp dpt:80

                        Chain KUBE-SVC-ELCM5PCEQWBTUJ2I (1 references)
                        target     prot opt source               destination\s\s\s\s\s\s\s\s\s
                        KUBE-SEP-KGZD7PWTNPWPM76Z  all  --  0.0.0.0/0            0.0.0.0/0            /* default/nginx-svc:http */

                        Chain KUBE-SEP-KGZD7PWTNPWPM76Z (1 references)
                        target     prot opt source               destination\s\s\s\s\s\s\s\s\s
                        KUBE-MARK-MASQ  all  --  10.244.1.2           0.0.0.0/0            /* default/nginx-svc:http */
                        DNAT       tcp  --  0.0.0.0/0            0.0.0.0/0            /* default/nginx-svc:http */ tcp to:10.244.1.2:80
                        """);
    }

    @Test
    void listsIpv6AddressesAsIp6tablesWould() {
        Backend backend = new Backend(IpAddress.parse("fd00:10:244::2"), 80, 0);
        VirtualService both = new VirtualService(
                "default/nginx-svc:http", IpProtocol.TCP, IpAddress.parse("fd00:10:96::65"), 80, List.of(backend));

        assertThat(RulesListing.of(List.of(nginx(FIRST), both), ListedFamily.IPV6, false, null, List.of()))
                .isEqualTo("""
                        Chain KUBE-SERVICES (2 references)
                        target     prot opt source               destination\s\s\s\s\s\s\s\s\s
                        KUBE-SVC-ELCM5PCEQWBTUJ2I  tcp  --  ::/0                 fd00:10:96::65       /* default/nginx-svc:http cluster IP */ tcp dpt:80

                        Chain KUBE-SVC-ELCM5PCEQWBTUJ2I (1 references)
                        target     prot opt source               destination\s\s\s\s\s\s\s\s\s
                        KUBE-SEP-SPPRVPCW3HWKYC2O  all  --  ::/0                 ::/0                 /* default/nginx-svc:http */

                        Chain KUBE-SEP-SPPRVPCW3HWKYC2O (1 references)
                        target     prot opt source               destination\s\s\s\s\s\s\s\s\s
                        KUBE-MARK-MASQ  all  --  fd00:10:244::2       ::/0                 /* default/nginx-svc:http */
                        DNAT       tcp  --  ::/0                 ::/0                 /* default/nginx-svc:http */ tcp to:[fd00:10:244::2]:80
                        """);
    }

    @Test
    void givesEveryEndpointButTheLastItsProbability() {
        Backend third = new Backend(IpAddress.parse("10.244.2.4"), 80, 0);

        List<String> chances = RulesListing.of(List.of(nginx(FIRST, SECOND, third)), false)
                .lines()
                .filter(line -> line.startsWith("KUBE-SEP-"))
                .map(line -> line.substring(line.indexOf("*/") + 2))
                .toList();

        assertThat(chances)
                .containsExactly(
                        " statistic mode random probability 0.33333333349",
                        " statistic mode random probability 0.50000000000",
                        "");
    }

    @Test
    void theProbabilitiesAreTrueOfWeightsToo() {
        Backend light = new Backend(IpAddress.parse("10.244.2.4"), 80, 0, 1);
        Backend heavy = new Backend(IpAddress.parse("10.244.2.5"), 80, 0, 3);

        assertThat(RulesListing.of(List.of(nginx(light, heavy)), false))
                .contains("statistic mode random probability 0.25000000000");
    }

    @Test
    void showsThatAServiceWithoutEndpointsIsRejected() {
        assertThat(RulesListing.of(List.of(nginx()), false))
                .endsWith(
                        "REJECT     tcp  --  0.0.0.0/0            10.102.69.101        /* default/nginx-svc:http has no"
                                + " endpoints */ tcp dpt:80 reject-with icmp-port-unreachable\n")
                .doesNotContain("KUBE-SVC-");
    }

    @Test
    void countsFlowsWhenAskedTo() {
        VirtualService service = nginx(FIRST);
        for (int i = 0; i < 100_000; i++) {
            service.counters().chosen(0, 60, false);
        }
        service.counters().chosen(0, 60, true);

        assertThat(RulesListing.of(List.of(service), true).lines().filter(line -> line.contains("KUBE-MARK-MASQ")))
                .containsExactly(
                        "    1    60 KUBE-MARK-MASQ  all  --  *      *       10.244.1.2           0.0.0.0/0       "
                                + "     /* default/nginx-svc:http */");
        assertThat(RulesListing.of(List.of(service), true).lines().filter(line -> line.contains("DNAT")))
                .containsExactly(
                        " 100K 6000K DNAT       tcp  --  *      *       0.0.0.0/0            0.0.0.0/0           "
                                + " /* default/nginx-svc:http */ tcp to:10.244.1.2:80");
    }
}
