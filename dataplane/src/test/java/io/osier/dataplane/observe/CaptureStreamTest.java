package io.osier.dataplane.observe;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class CaptureStreamTest {
    @Provide
    Arbitrary<List<CaptureMessage>> messages() {
        return Arbitraries.<CaptureMessage>oneOf(
                        Captures.records(),
                        Captures.names().map(CaptureMessage.Hello::new),
                        Combinators.combine(Captures.points(), Arbitraries.longs())
                                .as(CaptureMessage.Loss::new),
                        Arbitraries.longs().map(CaptureMessage.Progress::new))
                .list()
                .ofMaxSize(20);
    }

    @Property(tries = 300)
    void givesBackWhatWasWritten(@ForAll("messages") List<CaptureMessage> messages) throws IOException {
        assertThat(read(write(messages))).isEqualTo(messages);
    }

    @Property(tries = 300)
    void endsInAnErrorWhereItIsCutWithinAMessage(@ForAll @IntRange(min = 1, max = 12) int missingBytes)
            throws IOException {
        byte[] whole = write(List.of(new CaptureMessage.Hello("a"), new CaptureMessage.Hello("node-a")));
        byte[] cut = Arrays.copyOf(whole, whole.length - missingBytes);
        assertThatThrownBy(() -> read(cut))
                .isInstanceOf(EOFException.class)
                .hasMessage("the capture ends within a message");
    }

    @Test
    void refusesAnotherVersionAndSaysWhatToDo() throws IOException {
        byte[] stream = write(List.of());
        stream[9] = 9;
        assertThatThrownBy(() -> read(stream))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("version 9")
                .hasMessageContaining("use the same release of Osier on both");
    }

    @Test
    void tellsWhenNothingCame() {
        assertThatThrownBy(() -> read(new byte[0])).hasMessage("the connection was closed before the capture began");
    }

    @Test
    void refusesWhatIsNoCapture() {
        assertThatThrownBy(() -> read("HTTP/1.1 404 Not Found".getBytes(java.nio.charset.StandardCharsets.US_ASCII)))
                .hasMessage("the answer is no capture");
    }

    @Test
    void refusesAMessageThatWouldTakeTooMuchMemory() throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(write(List.of()));
        new DataOutputStream(stream).writeInt(Integer.MAX_VALUE);
        assertThatThrownBy(() -> read(stream.toByteArray())).hasMessageContaining("2147483647 bytes");
    }

    /** Whatever an agent sends: messages or an IOException, nothing else. */
    @FuzzTest(maxDuration = "3s")
    void survivesAnyBytes(byte[] bytes) throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        stream.writeBytes(write(List.of()));
        stream.writeBytes(bytes);
        try {
            read(stream.toByteArray());
        } catch (IOException expected) {
            assertThat(expected).isNotNull();
        }
    }

    private static byte[] write(List<CaptureMessage> messages) throws IOException {
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        CaptureStreamWriter writer = new CaptureStreamWriter(stream);
        for (CaptureMessage message : messages) {
            writer.write(message);
        }
        writer.flush();
        return stream.toByteArray();
    }

    private static List<CaptureMessage> read(byte[] stream) throws IOException {
        CaptureStreamReader reader = new CaptureStreamReader(new ByteArrayInputStream(stream));
        List<CaptureMessage> messages = new ArrayList<>();
        for (CaptureMessage message; (message = reader.read()) != null; ) {
            messages.add(message);
        }
        return messages;
    }
}
