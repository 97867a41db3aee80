package io.osier.agent.scenario;

import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;

/** Where Osier does not do as kube-proxy does, and means it. {@code docs/kube-proxy.md} argues for each under its name. */
enum DeliberateDifference {
    /** kube-proxy lets such a packet go to the network outside, where the address is nobody's. */
    A_PORT_THAT_IS_NOBODYS_IS_REFUSED(it -> it.question().how().startsWith("nobody's ")
            && !it.question().how().equals(Questions.NOBODYS_NODE_PORT)
            && it.isKernel(Question.SILENCE)
            && it.isOsier(Question.REFUSED)),

    /** kube-proxy's rejects for external addresses are in the chains of packets that come in, not of those that a node sends. */
    A_NODE_IS_REFUSED_AS_OTHERS_ARE(it -> it.question().client().role == Station.Role.NODE
            && it.question().how().matches("external IP|load balancer")
            && it.question().service().isEmpty()
            && it.isKernel(Question.SILENCE)
            && it.isOsier(Question.REFUSED)),

    /** What a node itself sends to a load balancer's address comes from its address among its pods. */
    A_NODE_IS_ONE_OF_ITS_PODS_TO_SOURCE_RANGES(it -> it.question().client().role == Station.Role.NODE
            && it.question().how().equals("load balancer")
            && it.question()
                    .service()
                    .ranges()
                    .contains(Family.of(it.question().address())
                            .podSubnet(it.question().client()))
            && it.isKernel(Question.SILENCE)
            && it.osier().stream().allMatch(answer -> answer.contains(Question.SEES)));

    @SuppressWarnings("ImmutableEnumChecker") // those above have no state
    private final Predicate<Disagreement> covers;

    DeliberateDifference(Predicate<Disagreement> covers) {
        this.covers = covers;
    }

    static Optional<DeliberateDifference> of(Disagreement disagreement) {
        return Stream.of(values())
                .filter(each -> each.covers.test(disagreement))
                .findFirst();
    }
}
