package io.osier.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code osier explain}: how a destination may be written, and how an answer is told. */
@Timeout(60)
class ExplainCommandTest extends WithFakeAgent {
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            10.32.1.2           |      | to=10.32.1.2&port=&proto=icmp
            10.32.1.2:80        |      | to=10.32.1.2&port=80&proto=tcp
            10.32.1.2:53        | udp  | to=10.32.1.2&port=53&proto=udp
            2001:db8::1         |      | to=2001%3Adb8%3A%3A1&port=&proto=icmp
            ::1                 | icmp | to=%3A%3A1&port=&proto=icmp
            [2001:db8::1]       |      | to=2001%3Adb8%3A%3A1&port=&proto=icmp
            [2001:db8::1]:80    |      | to=2001%3Adb8%3A%3A1&port=80&proto=tcp
            [2001:db8::1]:53    | udp  | to=2001%3Adb8%3A%3A1&port=53&proto=udp
            """)
    void aDestinationOfEitherFamily(String to, String proto, String asked) {
        if (proto == null) {
            Dialogue.with(agent, "explain", "--from", "web-1", "--to", to);
        } else {
            Dialogue.with(agent, "explain", "--from", "web-1", "--to", to, "--proto", proto);
        }
        assertThat(agent.questions()).containsExactly("GET /osier/v1/explain?pod=web-1&namespace=default&" + asked);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            [2001:db8::1    | tcp  | write [IP]:PORT
            [2001:db8::1]80 | tcp  | write [IP]:PORT
            [2001:db8::1]:  | tcp  | write [IP]:PORT
            2001:db8::1     | tcp  | tcp needs a port: [IP]:PORT
            [2001:db8::1]:0 | tcp  | the port must be 1 to 65535
            [2001:db8::1]:8 | icmp | icmp has no port
            10.32.1.2       | udp  | udp needs a port: IP:PORT
            10.32.1.2:x     | tcp  | the port must be 1 to 65535
            10.32.1.2:      | tcp  | write IP:PORT
            10.32.0.050     | icmp | must not have leading 0s
            foo             | icmp | "foo" is no IP address: write IP or IP:PORT
            web:80          | tcp  | "web" is no IP address: write IP or IP:PORT
            """)
    void whatIsNoDestination(String to, String proto, String complaint) {
        assertThat(Dialogue.with(agent, "explain", "--from", "web-1", "--to", to, "--proto", proto))
                .isEqualTo(new Dialogue(2, "", "osier: explain: --to " + to + ": " + complaint + "\n"));
    }

    @Test
    void anIpv6ServiceStepByStep() {
        agent.on("GET /osier/v1/explain?pod=web-1&namespace=default&to=fd00%3A%3Aa&port=80&proto=tcp", 200, """
                {"pod":"web-1","node":"node-a","packet":"tcp [fd00:1::2]:40000 > [fd00::a]:80",
                 "neighbor":{"address":"fd00:1::1","gateway":true,"mac":"0a:58:0a:20:00:01"},
                 "service":{"name":"default/web","backends":1,"balance":"random","openFlows":0},
                 "ways":[{"backend":"[fd00:1::102]:8080","probability":1.0,"steps":[
                  {"node":"node-a","kind":"tunnel","port":"node-b","to":"172.30.0.2",
                   "translation":"DNAT [fd00::a]:80 -> [fd00:1::102]:8080, backend 1 of 1, p=1",
                   "packet":"tcp [fd00:1::2]:40000 > [fd00:1::102]:8080"},
                  {"node":"node-b","kind":"pod","port":"web-2","packet":"tcp [fd00:1::2]:40000 > [fd00:1::102]:8080"}]}]}
                """);
        assertThat(Dialogue.with(agent, "explain", "--from", "web-1", "--to", "[fd00::a]:80")
                        .out())
                .isEqualTo("""
                tcp [fd00:1::2]:40000 > [fd00::a]:80, from pod web-1 on node-a
                  ndp      who has fd00:1::1, its gateway? 0a:58:0a:20:00:01
                  service  default/web, 1 backend
                  p=1 backend [fd00:1::102]:8080
                    node-a  DNAT [fd00::a]:80 -> [fd00:1::102]:8080, backend 1 of 1, p=1
                    node-a  out to node-b by VXLAN to 172.30.0.2: tcp [fd00:1::2]:40000 > [fd00:1::102]:8080
                    node-b  out to pod web-2: tcp [fd00:1::2]:40000 > [fd00:1::102]:8080
                """);
    }

    @Test
    void aBackendBySessionAffinityIsNoMatterOfChance() {
        agent.on("GET /osier/v1/explain?pod=web-1&namespace=default&to=10.96.0.10&port=80&proto=tcp", 200, """
                {"pod":"web-1","node":"node-a","packet":"tcp 10.32.0.2:40000 > 10.96.0.10:80",
                 "neighbor":{"address":"10.32.0.1","gateway":true,"mac":"0a:58:0a:20:00:01"},
                 "service":{"name":"default/web","backends":2,"balance":"random","openFlows":0},
                 "ways":[{"backend":"10.32.0.3:8080","sessionAffinity":true,"steps":[
                  {"node":"node-a","kind":"pod","port":"web-2",
                   "translation":"DNAT 10.96.0.10:80 -> 10.32.0.3:8080, backend 2 of 2, by session affinity",
                   "packet":"tcp 10.32.0.2:40000 > 10.32.0.3:8080"}]}]}
                """);
        assertThat(Dialogue.with(agent, "explain", "--from", "web-1", "--to", "10.96.0.10:80")
                        .out())
                .endsWith("""
                  service  default/web, 2 backends
                  backend 10.32.0.3:8080, by session affinity
                    node-a  DNAT 10.96.0.10:80 -> 10.32.0.3:8080, backend 2 of 2, by session affinity
                    node-a  out to pod web-2: tcp 10.32.0.2:40000 > 10.32.0.3:8080
                """);
    }

    @Test
    void aNeighborThatNobodyKnows() {
        agent.on("GET /osier/v1/explain?pod=web-1&namespace=default&to=10.32.0.77&port=&proto=icmp", 200, """
                {"pod":"web-1","node":"node-a","packet":"icmp 10.32.0.2 > 10.32.0.77",
                 "neighbor":{"address":"10.32.0.77","gateway":false,"steps":[
                  {"node":"node-a","kind":"pod","port":"web-1","packet":"arp","dropped":"unknown-arp-target","why":"Nobody."}]},
                 "ways":[]}""");
        assertThat(Dialogue.with(agent, "explain", "--from", "web-1", "--to", "10.32.0.77")
                        .out())
                .isEqualTo("""
                icmp 10.32.0.2 > 10.32.0.77, from pod web-1 on node-a
                  arp      who has 10.32.0.77? nobody is known to
                    node-a  dropped: unknown-arp-target (Nobody.): arp
                """);
    }
}
