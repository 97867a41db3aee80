package io.osier.agent;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** Who may know whom in the agent. */
@AnalyzeClasses(packages = "io.osier", importOptions = ImportOption.DoNotIncludeTests.class)
class PackageDirectionsTest {
    @ArchTest
    static final ArchRule STATE_KNOWS_NOTHING_OF_WHAT_IS_DONE_WITH_IT = layeredArchitecture()
            .consideringOnlyDependenciesInAnyPackage("io.osier.agent..")
            .layer("model")
            .definedBy("io.osier.agent.model..")
            .layer("store")
            .definedBy("io.osier.agent.store..")
            .layer("ipam")
            .definedBy("io.osier.agent.ipam..")
            .layer("pod")
            .definedBy("io.osier.agent.pod..")
            .layer("host")
            .definedBy("io.osier.agent.host..")
            .layer("metrics")
            .definedBy("io.osier.agent.metrics..")
            .layer("reconcile")
            .definedBy("io.osier.agent.reconcile..")
            .layer("server")
            .definedBy("io.osier.agent.api.server..")
            .layer("bootstrap")
            .definedBy("io.osier.agent.bootstrap..")
            .whereLayer("model")
            .mayNotAccessAnyLayer()
            .whereLayer("store")
            .mayOnlyAccessLayers("model")
            .whereLayer("ipam")
            .mayOnlyAccessLayers("model", "store")
            .whereLayer("pod")
            .mayNotAccessAnyLayer()
            .whereLayer("host")
            .mayOnlyAccessLayers("pod")
            .whereLayer("metrics")
            .mayNotAccessAnyLayer()
            .whereLayer("reconcile")
            .mayOnlyAccessLayers("model", "store", "ipam", "pod", "metrics")
            .whereLayer("server")
            .mayOnlyBeAccessedByLayers("bootstrap")
            .whereLayer("bootstrap")
            .mayNotBeAccessedByAnyLayer();

    @ArchTest
    static final ArchRule PACKAGES_DO_NOT_GO_ROUND_IN_CIRCLES =
            slices().matching("io.osier.agent.(**)").should().beFreeOfCycles();

    @ArchTest
    static final ArchRule THE_COMMAND_REACHES_AN_AGENT_ONLY_BY_ITS_API = noClasses()
            .that()
            .resideInAnyPackage("io.osier.agent.cli..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.osier.agent.store..",
                    "io.osier.agent.ipam..",
                    "io.osier.agent.reconcile..",
                    "io.osier.agent.host..",
                    "io.osier.agent.api.server..");

    @ArchTest
    static final ArchRule THE_DATAPLANE_KNOWS_NOTHING_OF_THE_AGENT = noClasses()
            .that()
            .resideInAPackage("io.osier.dataplane..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("io.osier.agent..");
}
