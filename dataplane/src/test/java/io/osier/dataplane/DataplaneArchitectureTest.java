package io.osier.dataplane;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaPackage;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.netty.channel.unix.Buffer;
import io.netty.util.NetUtil;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullMarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Which package may know which: the plan of the house, held by the build. */
class DataplaneArchitectureTest {
    private static final String ROOT = "io.osier.dataplane";
    private static final JavaClasses DATAPLANE = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    static Stream<Arguments> packagesAndWhatTheyKnow() {
        return Stream.of(
                arguments("packet", List.of()),
                arguments("port", List.of("packet")),
                arguments("bridge", List.of("packet", "port")),
                arguments("conntrack", List.of("packet", "port")),
                arguments("service", List.of("packet", "port")),
                arguments("policy", List.of("packet")),
                arguments("vxlan", List.of("packet", "port")),
                arguments("observe", List.of("packet", "port", "vxlan")),
                arguments(
                        "forwarding",
                        List.of("packet", "port", "bridge", "conntrack", "service", "policy", "vxlan", "observe")),
                arguments(
                        "worker",
                        List.of(
                                "packet",
                                "port",
                                "bridge",
                                "conntrack",
                                "service",
                                "policy",
                                "vxlan",
                                "observe",
                                "forwarding")),
                arguments("explain", List.of("packet", "port", "service", "vxlan", "observe", "forwarding", "worker")),
                arguments(
                        "io",
                        List.of(
                                "packet",
                                "port",
                                "conntrack",
                                "service",
                                "policy",
                                "vxlan",
                                "observe",
                                "forwarding",
                                "worker")));
    }

    @ParameterizedTest(name = "{0} knows {1}")
    @MethodSource("packagesAndWhatTheyKnow")
    void aPackageKnowsNothingButWhatIsBelowIt(String name, List<String> known) {
        String[] allowed = Stream.concat(Stream.of(name), known.stream())
                .map(other -> ROOT + "." + other)
                .toArray(String[]::new);

        noClasses()
                .that()
                .resideInAPackage(ROOT + "." + name)
                .should()
                .dependOnClassesThat(resideInAnyPackage(ROOT + "..").and(not(resideInAnyPackage(allowed))))
                .check(DATAPLANE);
    }

    @Test
    void thePlanNamesEveryPackage() {
        Set<String> planned = packagesAndWhatTheyKnow()
                .map(arguments -> ROOT + "." + arguments.get()[0])
                .collect(Collectors.toSet());

        assertThat(DATAPLANE.getPackage(ROOT).getSubpackages())
                .extracting(JavaPackage::getName)
                .containsExactlyInAnyOrderElementsOf(planned);
    }

    @Test
    void onlyIoTouchesTheOperatingSystem() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".io")
                .should()
                .dependOnClassesThat(resideInAnyPackage("com.sun.jna..", "io.netty..")
                        .and(not(equivalentTo(Buffer.class)))
                        .and(not(equivalentTo(NetUtil.class))))
                .because("only packet.Frame asks Netty where its memory lies, and IpAddress how addresses are written")
                .check(DATAPLANE);
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".io")
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage("java.nio.file..", "java.net..")
                .orShould()
                .dependOnClassesThat()
                .haveFullyQualifiedName("java.io.File")
                .check(DATAPLANE);
    }

    @Test
    void nettyIsUsedOutsideIoByTwoClassesOnly() {
        noClasses()
                .that()
                .resideOutsideOfPackage(ROOT + ".io")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".packet.Frame")
                .and()
                .doNotHaveFullyQualifiedName(ROOT + ".packet.IpAddress")
                .should()
                .dependOnClassesThat()
                .resideInAPackage("io.netty..")
                .check(DATAPLANE);
    }

    @Test
    void theDataplaneCountsAndDoesNotLog() {
        noClasses()
                .should()
                .dependOnClassesThat()
                .resideInAnyPackage(
                        "java.util.logging..", "org.slf4j..", "ch.qos.logback..", "io.netty.util.internal..")
                .check(DATAPLANE);
        noClasses()
                .should()
                .accessField(System.class, "out")
                .orShould()
                .accessField(System.class, "err")
                .check(DATAPLANE);
    }

    @Test
    void theDataplaneKnowsNoOtherLibrary() {
        classes()
                .should()
                .onlyDependOnClassesThat()
                .resideInAnyPackage("io.osier.dataplane..", "java..", "io.netty..", "com.sun.jna..", "org.jspecify..")
                .check(DATAPLANE);
    }

    @Test
    void everyPackageIsNullMarked() {
        assertThat(DATAPLANE.getPackage(ROOT).getSubpackagesInTree())
                .filteredOn(javaPackage -> !javaPackage.getClasses().isEmpty())
                .allSatisfy(javaPackage -> assertThat(javaPackage.tryGetAnnotationOfType(NullMarked.class))
                        .as(javaPackage.getName())
                        .isPresent());
    }
}
