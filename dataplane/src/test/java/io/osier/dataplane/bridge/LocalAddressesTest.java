package io.osier.dataplane.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.osier.dataplane.packet.IpAddress;
import io.osier.dataplane.port.Port;
import io.osier.dataplane.port.PortId;
import io.osier.dataplane.port.PortKind;
import io.osier.dataplane.simulation.MemoryPort;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class LocalAddressesTest {
    private final List<Port> ports = IntStream.range(0, 4)
            .<Port>mapToObj(i -> new MemoryPort(new PortId(PortKind.POD, "pod-" + i), i))
            .toList();

    @Property
    void behavesLikeAMap(@ForAll @Size(max = 60) List<@IntRange(max = 99) Integer> steps) {
        LocalAddresses table = new LocalAddresses();
        Map<IpAddress, Port> model = new HashMap<>();
        for (int step : steps) {
            Port port = ports.get(step % 4);
            IpAddress address = address(step / 4);
            if (step % 25 == 7) {
                table.removePort(port);
                model.values().removeIf(owner -> owner == port);
            } else if (model.containsKey(address)) {
                assertThatIllegalArgumentException().isThrownBy(() -> table.add(address, port, step));
            } else {
                table.add(address, port, 1000 + step);
                model.put(address, port);
            }
            for (int i = 0; i < 25; i++) {
                IpAddress probe = address(i);
                assertThat(table.portOf(probe.high(), probe.low())).isSameAs(model.get(probe));
                assertThat(table.macOf(probe.high(), probe.low()) != 0).isEqualTo(model.containsKey(probe));
            }
        }
    }

    private static IpAddress address(int i) {
        return i % 2 == 0 ? IpAddress.v4(0x0a20_0000 + i) : new IpAddress(0xfd00L << 48, i);
    }

    @Test
    void tellsTheMacAddressOfTheOwner() {
        LocalAddresses table = new LocalAddresses();
        table.add(IpAddress.parse("10.32.0.2"), ports.get(0), 0x0a58_0a20_0002L);

        assertThat(table.macOf(0, IpAddress.parse("10.32.0.2").low())).isEqualTo(0x0a58_0a20_0002L);
        assertThat(table.macOf(0, IpAddress.parse("10.32.0.3").low())).isZero();
    }

    @Test
    void refusesAnAddressThatHasAnOwnerByName() {
        LocalAddresses table = new LocalAddresses();
        table.add(IpAddress.parse("10.32.0.2"), ports.get(0), 1);

        assertThatIllegalArgumentException()
                .isThrownBy(() -> table.add(IpAddress.parse("10.32.0.2"), ports.get(1), 2))
                .withMessage("10.32.0.2 belongs to tap:pod-0");
    }
}
