package io.osier.bench.rig;

import java.util.List;

/** The kernel's service rules as kube-proxy would write them, as text for a program that loads it. */
interface ServiceTables {
    /** The program that takes the text, all at once or not at all. */
    List<String> loader();

    /** The program that takes a change, which leaves the rest. */
    List<String> changer();

    /** Nothing at all. */
    String empty();

    /** Everything, in place of what was. */
    String whole(ServicePlan plan, String far, String farther);

    /** What kube-proxy hands over when the one endpoint of {@link ServicePlan#SWITCHED} has changed and nothing else. */
    String change(ServicePlan plan, String endpoint);
}
