package io.osier.agent.capture;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http.QueryStringDecoder;
import io.osier.dataplane.observe.CaptureStage;
import java.util.List;
import java.util.Map;
import java.util.Set;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.NotBlank;
import net.jqwik.api.constraints.Size;

class CaptureRequestTest {
    @Property(tries = 300)
    void survivesItsWayThroughAQuery(
            @ForAll @Size(max = 3) Set<@NotBlank String> pods,
            @ForAll Set<CaptureStage> stages,
            @ForAll @NotBlank String filter,
            @ForAll @IntRange(min = 1, max = 262_144) int snapLength)
            throws CaptureException {
        CaptureRequest request = new CaptureRequest(pods, stages, filter, snapLength);
        String path = "/osier/v1/capture?" + request.toQuery();
        assertThat(CaptureRequest.ofQuery(new QueryStringDecoder(path).parameters()))
                .isEqualTo(request);
    }

    @Example
    void asksForEverythingUnlessToldOtherwise() throws CaptureException {
        CaptureRequest request = CaptureRequest.ofQuery(Map.of());
        assertThat(request).isEqualTo(new CaptureRequest(Set.of(), Set.of(), null, 262_144));
        assertThat(request.toQuery()).isEmpty();
    }

    @Example
    void namesTheStagesThatThereAre() {
        assertThatThrownBy(() -> CaptureRequest.ofQuery(Map.of("stage", List.of("tap"))))
                .hasMessage("\"tap\" is no stage: tap-in, tap-out, host-in, host-out, vxlan-in, vxlan-out, drop")
                .satisfies(
                        e -> assertThat(((CaptureException) e).isWrongUsage()).isTrue());
    }

    @Example
    void refusesALengthThatIsNone() {
        for (String length : List.of("0", "-1", "many", "262145", "")) {
            assertThatThrownBy(() -> CaptureRequest.ofQuery(Map.of("snaplen", List.of(length))))
                    .isInstanceOf(CaptureException.class)
                    .hasMessageContaining("snaplen");
        }
    }
}
