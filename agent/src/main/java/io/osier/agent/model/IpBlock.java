package io.osier.agent.model;

import com.fasterxml.jackson.annotation.JsonIgnore;
import io.osier.dataplane.packet.IpPrefix;
import java.util.List;

/**
 * Addresses that a policy speaks of, whoever has them.
 *
 * @param except ranges in {@code cidr} that are not meant
 */
public record IpBlock(String cidr, List<String> except) {
    @SuppressWarnings("NullAway") // what Jackson leaves out is null
    public IpBlock {
        except = except == null ? List.of() : List.copyOf(except);
    }

    /** {@code cidr} itself. */
    @JsonIgnore
    public IpPrefix prefix() {
        return IpPrefix.parse(cidr);
    }

    /** What lies in it and is not meant. */
    @JsonIgnore
    public List<IpPrefix> exceptPrefixes() {
        return except.stream().map(IpPrefix::parse).toList();
    }

    void check(String at) {
        if (cidr == null || cidr.isEmpty()) {
            throw new ValidationException(at + ".cidr: Required value");
        }
        IpPrefix whole = prefix(at + ".cidr", cidr);
        Sizes.check(at + ".except", except);
        for (int i = 0; i < except.size(); i++) {
            String field = at + ".except[" + i + "]";
            IpPrefix part = prefix(field, except.get(i));
            if (!whole.contains(part.address()) || part.lengthBits() <= whole.lengthBits()) {
                throw ValidationException.invalid(field, except.get(i), "must be a strict subset of cidr");
            }
        }
    }

    private static IpPrefix prefix(String field, String text) {
        try {
            return IpPrefix.parse(text);
        } catch (IllegalArgumentException e) {
            throw ValidationException.invalid(field, text, String.valueOf(e.getMessage()));
        }
    }
}
