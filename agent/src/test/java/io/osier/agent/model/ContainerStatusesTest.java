package io.osier.agent.model;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What a pod's containers make of their pod. */
class ContainerStatusesTest {
    private static final String ADDRESS = "10.32.0.2";
    private static final ContainerStatus WEB = ContainerStatus.running("web", 1);
    private static final ContainerStatus LOG = ContainerStatus.running("log", 2);
    private static final ContainerStatus CRASHED =
            ContainerStatus.waiting("log", 3, "CrashLoopBackOff", "the command ended with exit code 7");
    private static final ContainerStatus DONE =
            ContainerStatus.terminated("log", 0, 0, "the command ended with exit code 0");
    private static final ContainerStatus BROKEN =
            ContainerStatus.terminated("web", 0, 3, "the command ended with exit code 3");

    private static PodStatus of(ContainerStatus... containers) {
        return ContainerStatuses.podStatus(ADDRESS, List.of(containers));
    }

    private static Pod pod(String containers, PodStatus status) {
        Pod read = Json.read(
                ("{\"metadata\":{\"name\":\"web-1\"},\"spec\":{\"containers\":[" + containers + "]}}")
                        .replace('\'', '"')
                        .getBytes(StandardCharsets.UTF_8),
                Pod.class);
        return Pod.of(read.metadata(), read.spec(), status);
    }

    private static final String BOTH = "{'name':'web','command':['httpd']},{'name':'log','command':['tail']}";

    @Test
    void aPodIsReadyWithAllOfItsContainers() {
        assertThat(of(WEB, LOG)).isEqualTo(PodStatus.running(ADDRESS, 3).with(List.of(WEB, LOG)));
        assertThat(of(WEB, CRASHED).ready()).isFalse();
    }

    @Test
    void aPodThatIsNotReadySaysWhichContainerIsNotAndWhy() {
        assertThat(of(WEB, CRASHED))
                .isEqualTo(PodStatus.notReady(
                                "Running", ADDRESS, 4, "CrashLoopBackOff", "log: the command ended with exit code 7")
                        .with(List.of(WEB, CRASHED)));
        assertThat(of(DONE, ContainerStatus.waiting("web", 1, "CrashLoopBackOff", "x"))
                        .reason())
                .isEqualTo("CrashLoopBackOff");
    }

    @Test
    void aPodRunsAsLongAsOneContainerDoes() {
        assertThat(of(WEB, DONE).phase()).isEqualTo("Running");
        assertThat(of(WEB, DONE).reason()).as("as kubectl calls it").isEqualTo("NotReady");
        assertThat(of(BROKEN, LOG).phase()).isEqualTo("Running");
    }

    @Test
    void aPodIsPendingUntilEachContainerHasBeenStarted() {
        ContainerStatus creating = ContainerStatus.waiting("log", 0, "ContainerCreating", "starting");
        assertThat(of(WEB, creating).phase()).isEqualTo("Pending");
        assertThat(of(WEB, creating).reason()).isEqualTo("ContainerCreating");
    }

    @Test
    void aPodHasSucceededIfAllContainersHaveAndFailedIfOneHas() {
        ContainerStatus fine = ContainerStatus.terminated("web", 0, 0, "the command ended with exit code 0");
        ContainerStatus unknown = ContainerStatus.terminated("web", 0, null, "the command has ended");
        assertThat(of(fine, DONE).phase()).isEqualTo("Succeeded");
        assertThat(of(fine, DONE).reason()).isEqualTo("Completed");
        assertThat(of(BROKEN, DONE).phase()).isEqualTo("Failed");
        assertThat(of(unknown, DONE).phase()).isEqualTo("Failed");
        assertThat(of(BROKEN, DONE).message()).isEqualTo("web: the command ended with exit code 3");
    }

    @Test
    void aPodOfOneContainerSaysNothingTwice() {
        assertThat(of(WEB)).isEqualTo(PodStatus.running(ADDRESS, 1));
        assertThat(of(CRASHED))
                .isEqualTo(PodStatus.notReady(
                        "Running", ADDRESS, 3, "CrashLoopBackOff", "the command ended with exit code 7"));
        assertThat(of(DONE).containerStatuses()).isEmpty();
        assertThat(of(BROKEN).containerStatuses())
                .as("its exit code is nowhere else")
                .containsExactly(BROKEN);
    }

    @Test
    void whatAPodOfOneContainerDoesNotSayFollowsFromWhatItDoes() {
        String web = "{'name':'web','command':['httpd']}";
        assertThat(ContainerStatuses.of(pod(web, of(WEB)))).containsExactly(WEB);
        assertThat(ContainerStatuses.of(pod(web, of(BROKEN)))).containsExactly(BROKEN);
        assertThat(ContainerStatuses.of(pod("{'name':'log','command':['tail']}", of(CRASHED))))
                .containsExactly(CRASHED);
        assertThat(ContainerStatuses.of(pod(web, PodStatus.PENDING)))
                .containsExactly(ContainerStatus.waiting("web", 0, "ContainerCreating", null));
        assertThat(ContainerStatuses.of(pod(web, PodStatus.notReady("Failed", ADDRESS, 0, "Error", "gone"))))
                .containsExactly(ContainerStatus.terminated("web", 0, null, "gone"));
    }

    @Test
    void aPodWithoutACommandIsOneContainer() {
        assertThat(ContainerStatuses.of(pod("", PodStatus.running(ADDRESS, 0))))
                .containsExactly(ContainerStatus.running("web-1", 0));
        assertThat(ContainerStatuses.of(pod("{'name':'pause'}", PodStatus.running(ADDRESS, 0))))
                .containsExactly(ContainerStatus.running("pause", 0));
    }

    @Test
    void aPodFromWhenOnlyTheFirstCommandRanHasTheOthersToStart() {
        assertThat(ContainerStatuses.of(pod("{'name':'pause'}," + BOTH, PodStatus.running(ADDRESS, 5))))
                .containsExactly(
                        ContainerStatus.running("web", 5),
                        ContainerStatus.waiting("log", 0, "ContainerCreating", "starting"));
    }

    @Test
    void containersOfAPodFromBeforeThatNoFileCouldBeNamedAfterStayWithoutACommand() {
        Pod pod = pod(
                "{'name':'../x','command':['a']},{'name':'../y','command':['b']},{'command':['c']},"
                        + "{'command':['d']},{'name':'log','command':['e']}",
                PodStatus.PENDING);
        assertThat(pod.commands().stream().map(pod::nameOf)).containsExactly("../x", "web-1", "log");
    }

    @Test
    void theStoreKeepsThem() {
        Pod pod = pod(BOTH, of(BROKEN, CRASHED));
        assertThat(Json.read(Json.bytes(pod), Pod.class)).isEqualTo(pod);
        assertThat(Json.text(pod(BOTH, of(WEB, LOG))))
                .contains("{\"name\":\"web\",\"ready\":true,\"restartCount\":1,\"state\":{\"running\":{}}}");
        assertThat(Json.read(Json.bytes(pod(BOTH, of(WEB, LOG))), Pod.class).status())
                .isEqualTo(of(WEB, LOG));
    }
}
