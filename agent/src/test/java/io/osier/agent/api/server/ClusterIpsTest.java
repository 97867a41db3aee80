package io.osier.agent.api.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.agent.ipam.AddressClaims;
import io.osier.agent.model.Json;
import io.osier.agent.model.ServiceSpec;
import io.osier.agent.reconcile.NodeSettings;
import io.osier.agent.store.directory.DirectoryStore;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpPrefix;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which addresses a service gets, as Kubernetes' dual stack has it. */
class ClusterIpsTest {
    private static final String OWNER = "services/default/web";

    @TempDir
    Path folder;

    private DirectoryStore store;
    private AddressClaims claims;
    private ClusterIps dual;

    @BeforeEach
    void open() {
        store = DirectoryStore.open(folder);
        claims = new AddressClaims(store);
        dual = cluster(new Ipv6Ranges(
                EmbeddingPrefix.parse("fd6f:7369:6572:1::/96"), IpPrefix.parse("fd6f:7369:6572:2::/108")));
    }

    @AfterEach
    void close() {
        store.close();
    }

    private ClusterIps cluster(@Nullable Ipv6Ranges ipv6) {
        return new ClusterIps(
                claims,
                new NodeSettings(
                        "node-a",
                        IpPrefix.parse("10.32.0.0/12"),
                        IpPrefix.parse("10.96.0.0/12"),
                        ipv6,
                        IpPrefix.parse("10.32.0.0/24"),
                        true));
    }

    private static ServiceSpec spec(String fields) {
        String json = "{\"ports\":[{\"port\":80}]" + (fields.isEmpty() ? "" : "," + fields.replace('\'', '"')) + "}";
        return Json.convert(Json.parse(json.getBytes(StandardCharsets.UTF_8)), ServiceSpec.class);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "^^                                                     | SingleStack      | IPv4",
                "'ipFamilyPolicy':'SingleStack'                         | SingleStack      | IPv4",
                "'ipFamilies':['IPv6']                                  | SingleStack      | IPv6",
                "'clusterIP':'fd6f:7369:6572:2::7'                      | SingleStack      | IPv6",
                "'ipFamilyPolicy':'PreferDualStack'                     | PreferDualStack  | IPv4 IPv6",
                "'ipFamilyPolicy':'RequireDualStack'                    | RequireDualStack | IPv4 IPv6",
                "'ipFamilies':['IPv6','IPv4']                           | RequireDualStack | IPv6 IPv4",
                "'ipFamilyPolicy':'PreferDualStack','ipFamilies':['IPv6'] | PreferDualStack | IPv6 IPv4",
                "'clusterIP':'10.96.0.7','clusterIPs':['10.96.0.7','fd6f:7369:6572:2::7'] | RequireDualStack | IPv4 IPv6",
            })
    void ofBothFamiliesIfAskedFor(String fields, String policy, String families) {
        ServiceSpec chosen = dual.choose(spec(fields), null, OWNER);

        assertThat(chosen.ipFamilyPolicy()).isEqualTo(policy);
        assertThat(String.join(" ", chosen.ipFamilies())).isEqualTo(families);
        assertThat(chosen.clusterIPs()).hasSameSizeAs(chosen.ipFamilies());
        assertThat(chosen.clusterIP()).isEqualTo(chosen.clusterIPs().get(0));
        assertThat(chosen.clusterIPs())
                .allMatch(address -> address.startsWith("10.") || address.startsWith("fd6f:7369:6572:2::"));
        assertThat(dual.choose(chosen, chosen, OWNER)).as("chosen once").isEqualTo(chosen);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "'ipFamilies':['IPv6']               | spec.ipFamilies[0]: Invalid value: \"IPv6\": not configured on this cluster",
                "'ipFamilyPolicy':'RequireDualStack' | spec.ipFamilyPolicy: Invalid value: \"RequireDualStack\": this cluster is not configured for dual-stack services",
            })
    void aClusterWithoutIpv6Refuses(String fields, String message) {
        assertThatThrownBy(() -> cluster(null).choose(spec(fields), null, OWNER))
                .hasMessage(message);
    }

    @Test
    void aClusterWithoutIpv6GivesOneWhereTwoArePreferred() {
        assertThat(cluster(null)
                        .choose(spec("'ipFamilyPolicy':'PreferDualStack'"), null, OWNER)
                        .ipFamilies())
                .containsExactly("IPv4");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '^',
            value = {
                "'clusterIP':'10.0.0.1' | spec.clusterIP: Invalid value: \"10.0.0.1\": not in the service range 10.96.0.0/12",
                "'clusterIP':'fd00::1' | spec.clusterIP: Invalid value: \"fd00::1\": not in the service range fd6f:7369:6572:2::/108",
                "'clusterIP':'fd6f:7369:6572:2::' | spec.clusterIP: Invalid value: \"fd6f:7369:6572:2::\": the first and the last of the service range stand for node ports",
                "'clusterIP':'fd6f:7369:6572:2::f:ffff' | spec.clusterIP: Invalid value: \"fd6f:7369:6572:2::f:ffff\": the first and the last of the service range stand for node ports",
            })
    void addressesAreOfTheirRanges(String fields, String message) {
        assertThatThrownBy(() -> dual.choose(spec(fields), null, OWNER)).hasMessage(message);
    }

    @Test
    void aServiceGainsAndLosesItsSecondAddress() {
        ServiceSpec single = dual.choose(spec(""), null, OWNER);
        dual.claim(single, OWNER);
        ServiceSpec both = dual.choose(spec("'ipFamilyPolicy':'PreferDualStack'"), single, OWNER);
        dual.claim(both, OWNER);
        dual.release(single, both, OWNER);

        assertThat(both.clusterIPs()).hasSize(2).startsWith(String.valueOf(single.clusterIP()));
        assertThat(dual.choose(spec(""), both, OWNER).clusterIPs())
                .as("what is not said stays")
                .isEqualTo(both.clusterIPs());

        ServiceSpec again = dual.choose(spec("'ipFamilyPolicy':'SingleStack'"), both, OWNER);
        dual.release(both, again, OWNER);

        assertThat(again.clusterIPs()).isEqualTo(single.clusterIPs());
        assertThat(claims.ownerOf(both.addresses().get(0))).contains(OWNER);
        assertThat(claims.ownerOf(both.addresses().get(1))).isEmpty();
    }

    @Test
    void thePrimaryAddressIsForGood() {
        ServiceSpec single = dual.choose(spec(""), null, OWNER);

        assertThatThrownBy(() -> dual.choose(spec("'ipFamilies':['IPv6','IPv4']"), single, OWNER))
                .hasMessageStartingWith("spec.ipFamilies[0]: Invalid value: \"IPv6\": the primary family is immutable");
        assertThatThrownBy(() -> dual.choose(spec("'clusterIP':'10.96.0.9'"), single, OWNER))
                .hasMessageStartingWith("spec.clusterIP: Invalid value: \"10.96.0.9\": field is immutable");
    }

    @Test
    void anAddressOfSomebodyElseIsNamed() {
        claims.claim(
                dual.choose(spec("'clusterIP':'10.96.0.9'"), null, OWNER)
                        .addresses()
                        .get(0),
                "services/default/b");

        assertThatThrownBy(() -> dual.claim(dual.choose(spec("'clusterIP':'10.96.0.9'"), null, OWNER), OWNER))
                .hasMessageEndingWith("provided IP is already allocated to services/default/b");
    }

    @Test
    void aHeadlessServiceHasFamiliesAndNoAddress() {
        ServiceSpec headless = dual.choose(spec("'clusterIP':'None'"), null, OWNER);

        assertThat(headless.clusterIPs()).isEqualTo(List.of("None"));
        assertThat(headless.addresses()).isEmpty();
        assertThat(headless.ipFamilies()).containsExactly("IPv4");
    }
}
