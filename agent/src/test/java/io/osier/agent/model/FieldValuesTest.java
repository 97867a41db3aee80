package io.osier.agent.model;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What single values of manifests may be, in Kubernetes' words. */
class FieldValuesTest {
    private static final String POD = "apiVersion: v1\nkind: Pod\nmetadata: {name: web-1}\nspec: ";
    private static final String SERVICE = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec: ";

    private static final String SLICE =
            "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: web-1}\n";
    private static final String ENDPOINTS = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: web}\n";

    private static Object bound(String file) {
        return Manifests.read(file).get(0).bind();
    }

    private static void assertRefused(String file, String complaint) {
        assertThatThrownBy(() -> bound(file))
                .isInstanceOf(ValidationException.class)
                .hasMessage("document 1, line 4: " + complaint);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "sixteen-letterss ~ must be no more than 15 characters",
                "Http             ~ 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'",
                "a.b              ~ 'must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)'",
                "80-80            ~ must contain at least one letter (a-z)",
                "a--b             ~ must not contain consecutive hyphens",
                "a-               ~ must not begin or end with a hyphen",
            })
    void namesThatNoPodsPortHas(String name, String fault) {
        String complaint = ": Invalid value: \"" + name + "\": " + fault;
        assertRefused(
                POD + "{containers: [{name: a, ports: [{name: " + name + ", containerPort: 80}]}]}",
                "spec.containers[0].ports[0].name" + complaint);
        assertRefused(
                SERVICE + "{ports: [{port: 80, targetPort: " + name + "}]}", "spec.ports[0].targetPort" + complaint);
    }

    @ParameterizedTest
    @ValueSource(strings = {"http", "fifteen-letters", "0a"})
    void namesOfPodsPorts(String name) {
        assertThat(bound(POD + "{containers: [{name: a, ports: [{name: " + name + ", containerPort: 80}]}]}"))
                .isNotNull();
        assertThat(bound(SERVICE + "{ports: [{port: 80, targetPort: " + name + "}]}"))
                .isNotNull();
    }

    @Test
    void aServicesPortHasALabelForItsName() {
        assertThat(bound(SERVICE + "{ports: [{port: 80, name: a--name-of-more-than-fifteen-letters}]}"))
                .isNotNull();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "Pod ~ spec: {podIP: 010.32.0.50} ~ spec.podIP: Invalid value: \"010.32.0.50\"",
                "Service ~ spec: {ports: [{port: 80}], clusterIP: 10.96.00.10} ~ spec.clusterIP: Invalid value: \"10.96.00.10\"",
                "Service ~ spec: {ports: [{port: 80}], clusterIP: 10.96.0.1, clusterIPs: [10.96.0.1, '::ffff:10.96.0.01']} ~ spec.clusterIPs[1]: Invalid value: \"::ffff:10.96.0.01\"",
                "Service ~ spec: {ports: [{port: 80}], externalIPs: [192.0.2.010]} ~ spec.externalIPs[0]: Invalid value: \"192.0.2.010\"",
                "Service ~ spec: {ports: [{port: 80}], type: LoadBalancer, loadBalancerIP: 192.0.02.1} ~ spec.loadBalancerIP: Invalid value: \"192.0.02.1\"",
                "Service ~ spec: {ports: [{port: 80}], type: LoadBalancer, loadBalancerSourceRanges: [010.0.0.0/8]} ~ spec.loadBalancerSourceRanges[0]: Invalid value: \"010.0.0.0/8\"",
                "Endpoints ~ subsets: [{addresses: [{ip: 10.32.0.050}]}] ~ subsets[0].addresses[0].ip: Invalid value: \"10.32.0.050\"",
                "Node ~ spec: {foreign: true, podCIDRs: [010.32.9.0/24]} ~ spec.podCIDRs[0]: Invalid value: \"010.32.9.0/24\"",
                "Node ~ status: {addresses: [{type: InternalIP, address: 172.030.0.9}]} ~ status.addresses[0].address: Invalid value: \"172.030.0.9\"",
            })
    void addressesThatOthersReadInOctal(String kind, String fields, String complaint) {
        assertRefused(
                "apiVersion: v1\nkind: " + kind + "\nmetadata: {name: a}\n" + fields,
                complaint + ": must not have leading 0s");
    }

    /** A store may have them from before this was asked. */
    @Test
    void servicesInTheStoreAreReadAsTheyAre() {
        String service = "{\"metadata\":{\"name\":\"web\"},\"spec\":{\"clusterIP\":\"10.96.0.010\","
                + "\"ports\":[{\"port\":80,\"targetPort\":\"sixteen-letterss\"}]}}";
        assertThat(Json.read(service.getBytes(UTF_8), Service.class).spec().addresses())
                .hasToString("[10.96.0.10]");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '~',
            value = {
                "0.0.0.0 ~ may not be unspecified (0.0.0.0)",
                "127.0.0.53 ~ may not be in the loopback range (127.0.0.0/8, ::1/128)",
                "169.254.169.254 ~ may not be in the link-local range (169.254.0.0/16, fe80::/10)",
                "224.0.0.251 ~ may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
                "239.1.2.3 ~ may not be in the multicast range (224.0.0.0/4, ff00::/8)",
                "255.255.255.255 ~ may not be the broadcast address",
                "':: ' ~ must be an IP address",
                "web-1 ~ must be an IP address",
                ":: ~ may not be unspecified (::)",
                "::1 ~ may not be in the loopback range (127.0.0.0/8, ::1/128)",
                "::ffff:127.0.0.1 ~ may not be in the loopback range (127.0.0.0/8, ::1/128)",
                "fe80::1 ~ may not be in the link-local range (169.254.0.0/16, fe80::/10)",
                "ff02::fb ~ may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)",
                "ff05::2 ~ may not be in the multicast range (224.0.0.0/4, ff00::/8)",
            })
    void addressesThatNoBackendHas(String address, String fault) {
        String family = address.contains(":") ? "IPv6" : "IPv4";
        String good = address.contains(":") ? "fd00::1" : "10.32.0.2";
        String complaint = ": Invalid value: \"" + address + "\": " + fault;
        assertRefused(
                SLICE + "endpoints: [addresses: ['" + good + "'], addresses: ['" + address + "']]\naddressType: "
                        + family,
                "endpoints[1].addresses[0]" + complaint);
        assertRefused(
                ENDPOINTS + "subsets: [addresses: [ip: '" + good + "', ip: '" + address + "']]",
                "subsets[0].addresses[1].ip" + complaint);
    }

    /** A store may have them from before this was asked. */
    @Test
    void backendsInTheStoreAreReadAsTheyAre() {
        String endpoints = "{\"metadata\":{\"name\":\"web\"},\"subsets\":[{\"addresses\":[{\"ip\":\"127.0.0.1\"}]}]}";
        assertThat(Json.read(endpoints.getBytes(UTF_8), Endpoints.class)
                        .subsets()
                        .get(0)
                        .addresses())
                .extracting(Endpoints.Address::ip)
                .containsExactly("127.0.0.1");
    }
}
