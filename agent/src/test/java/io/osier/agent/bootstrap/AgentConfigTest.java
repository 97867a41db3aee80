package io.osier.agent.bootstrap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.osier.agent.model.ValidationException;
import io.osier.dataplane.forwarding.Ipv6Ranges;
import io.osier.dataplane.packet.EmbeddingPrefix;
import io.osier.dataplane.packet.IpPrefix;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AgentConfigTest {
    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "# nothing but a comment\n", "---\n"})
    void everythingHasADefault(String text) {
        AgentConfig config = AgentConfig.parse(text);

        assertThat(config.podRange()).isEqualTo("10.32.0.0/12");
        assertThat(config.serviceRange()).isEqualTo("10.96.0.0/12");
        assertThat(config.subnetPrefixLength()).isEqualTo(24);
        assertThat(config.port()).isEqualTo(4789);
        assertThat(config.vni()).isEqualTo(1);
        assertThat(config.socket()).isEqualTo("/run/osier/api.sock");
        assertThat(config.store().directoryPath(config.stateDirectory())).isEqualTo(Path.of("/var/lib/osier/store"));
        assertThat(config.nodeName()).isNotBlank();
    }

    @ParameterizedTest
    @CsvSource({"node-1, node-1", "VM-Upper, vm-upper", "Web.Example.com, web"})
    void aMachineIsCalledAsAKubeletWouldCallIt(String hostName, String nodeName) {
        assertThat(AgentConfig.nodeNameOf(hostName + "\n")).isEqualTo(nodeName);
    }

    @Test
    void ipv6IsThereUnlessItIsSwitchedOff() {
        assertThat(AgentConfig.parse("").ipv6())
                .isEqualTo(new Ipv6Ranges(
                        EmbeddingPrefix.parse("fd6f:7369:6572:1::/96"), IpPrefix.parse("fd6f:7369:6572:2::/108")));
        assertThat(AgentConfig.parse("podRange6: none").ipv6()).isNull();
        assertThat(AgentConfig.parse("podRange6: 2001:db8:1::/56").ipv6())
                .as("the addresses are behind its first 96 bits")
                .hasToString(
                        "Ipv6Ranges[pods=EmbeddingPrefix[prefix=2001:db8:1::/96], services=fd6f:7369:6572:2::/108]");
    }

    @Test
    void nodePortsAreWhereTheyAreAskedFor() {
        assertThat(AgentConfig.parse("").nodePortRanges()).isEmpty();
        assertThat(AgentConfig.parse("nodePortAddresses: [192.168.56.0/24, 127.0.0.0/8]")
                        .nodePortRanges())
                .containsExactly(IpPrefix.parse("192.168.56.0/24"), IpPrefix.parse("127.0.0.0/8"));
        assertThatThrownBy(() -> AgentConfig.parse("nodePortAddresses: [lo]"))
                .isInstanceOf(ValidationException.class)
                .hasMessageStartingWith("nodePortAddresses: ");
        assertThatThrownBy(() -> AgentConfig.parse("nodePortAddresses: ['::1/128']"))
                .hasMessageContaining("the kernel translates nothing that is sent to IPv6's loopback address");
    }

    @Test
    void whatIsSetCounts() {
        AgentConfig config = AgentConfig.parse("""
                nodeName: node-1           # as the others will call it
                podRange: 10.200.0.0/16
                subnetPrefixLength: 26
                underlayAddress: 192.168.56.11
                vni: 0
                store: {type: directory, directory: /srv/osier}
                """);

        assertThat(config.nodeName()).isEqualTo("node-1");
        assertThat(config.subnetPrefixLength()).isEqualTo(26);
        assertThat(config.vni()).isZero();
        assertThat(config.store().directoryPath(config.stateDirectory())).isEqualTo(Path.of("/srv/osier"));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    podrange: 10.0.0.0/8                       | unknown key "podrange"
                    nodeName: Bad_Name                         | nodeName: Invalid value: "Bad_Name": a lowercase RFC 1123 label
                    nodeName: node-1.example.com               | nodeName: Invalid value: "node-1.example.com"
                    nodeName: ""                               | nodeName: Required value
                    podRange: 10.0.0.1/8                       | has bits below its mask
                    podRange: fd00::/48                        | must be an IPv4 range; for IPv6 there is podRange6
                    metricsAddress: 10249                      | metricsAddress: Invalid value: "10249": must be an address
                    metricsAddress: "::1:10249"                | must be an address and a port, such as
                    zone: rack 1                               | zone: Invalid value: "rack 1": must be at most 63
                    metricsAddress: 127.0.0.1:0                | must be an address and a port, such as
                    metricsAddress: example.com:10249          | must be an address and a port, such as
                    podRange6: 10.0.0.0/8                      | podRange6: 10.0.0.0/8 is not an IPv6 range
                    podRange6: "fd00::/112"                    | leaves no room for IPv4 addresses in it
                    serviceRange6: none                        | are both none or neither
                    serviceRange6: "fd00::/64"                 | must be an IPv6 range of /108 to /124
                    serviceRange6: "fd6f:7369:6572:1::/108"    | overlap
                    podRange: 10.96.0.0/12                     | podRange and serviceRange overlap
                    subnetPrefixLength: 8                      | must be 12 to 29
                    subnetPrefixLength: 31                     | must be 12 to 29
                    vni: 16777216                              | must be 0 to 16777215
                    port: 70000                                | must be 1 to 65535
                    underlayAddress: 172.030.0.1               | underlayAddress: "172.030.0.1" is not an IP address: must not have leading 0s
                    podRange: 010.32.0.0/12                    | podRange: "010.32.0.0/12" is not a CIDR range: must not have leading 0s
                    underlayAddress: here                      | underlayAddress: "here" is not an IP address
                    flowTimeouts: {udpSeconds: 0}              | flowTimeouts.udpSeconds: Invalid value: 0: must be 1 to 604800
                    flowTimeouts: {udp: 10}                    | unknown key "udp"
                    store: {type: consul}                      | must be directory or etcd
                    store: {type: etcd}                        | store.endpoints: Required value
                    store: {endpoints: ["http://e:2379"]}      | endpoints can only be given for type etcd
                    store: {user: root, password: x}           | can only be given for type etcd
                    store: {type: etcd, directory: /x}         | directory can only be given for type directory
                    store: {type: etcd, endpoints: ["e:2379"]} | must be http://HOST:PORT
                    store: {type: etcd, endpoints: ["http://e"]} | must be http://HOST:PORT
                    store: {type: etcd, endpoints: ["http://e:1", "https://f:1"]} | must be http://HOST:PORT
                    store: {type: etcd, endpoints: ["http://e:1"], ca: /ca.pem}   | must be https where there are certificates
                    store: {type: etcd, endpoints: ["https://e:1"], key: /k.pem}  | store.certificate: Required value
                    store: {type: etcd, endpoints: ["http://e:1"], user: osier}   | store.password: Required value
                    store: {type: etcd, endpoints: ["http://e:1"], user: u, password: p, passwordFile: /p} | cannot be given beside
                    store: {type: etcd, endpoints: ["http://e:1"], prefix: osier} | must begin and end with a slash
                    store: {typ: directory}                    | unknown key "typ"
                    port: [1                                   | not YAML
                    '[]'                                       | must be keys and values, such as nodeName: node-1
                    just a text                                | must be keys and values, such as nodeName: node-1
                    store: etcd                                | store: must be a map of keys such as type
                    store: [etcd]                              | store: must be a map of keys such as type
                    vni: abc                                   | vni: must be a whole number
                    port: 47.5                                 | port: must be a whole number
                    port: [4789]                               | port: must be a whole number
                    nodeName: {a: b}                           | nodeName: must be a text
                    nodePortAddresses: 10.0.0.0/8              | nodePortAddresses: must be a list
                    nodePortAddresses: [[10.0.0.0/8]]          | a list has an entry that is no text
                    flowTimeouts: {udpSeconds: long}           | flowTimeouts.udpSeconds: must be a whole number
                    flowTimeouts: 10                           | flowTimeouts: must be a map of keys such as tcpEstablishedSeconds
                    {vni: 1, vni: 2}                           | "vni"
                    """)
    void whatIsWrongIsSaidInOneLine(String text, String complaint) {
        assertThatThrownBy(() -> AgentConfig.parse(text))
                .isInstanceOf(ValidationException.class)
                .hasMessageContaining(complaint)
                .message()
                .doesNotContain("\n", "java", "io.osier", "`", "START_");
    }

    @Test
    void aFileThatIsNotThereIsNamed(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("agent.yaml");
        assertThatThrownBy(() -> AgentConfig.read(file)).hasMessage(file + ": no such file");

        Files.writeString(file, "vni: -1");
        assertThatThrownBy(() -> AgentConfig.read(file)).hasMessageStartingWith(file + ": vni: ");
    }
}
