package io.osier.agent.bootstrap;

import io.osier.agent.model.Expectation;
import io.osier.agent.model.Json;
import io.osier.agent.model.ValidationException;
import tools.jackson.core.JacksonException;
import tools.jackson.core.StreamReadFeature;
import tools.jackson.databind.DatabindException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.exc.MismatchedInputException;
import tools.jackson.databind.exc.UnrecognizedPropertyException;
import tools.jackson.dataformat.yaml.YAMLMapper;

/** Reads the configuration's text; what is wrong with it is said of its keys, and not of the program's classes. */
final class ConfigReader {
    private static final YAMLMapper YAML = YAMLMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
            .disable(DeserializationFeature.ACCEPT_FLOAT_AS_INT)
            .build();

    private ConfigReader() {}

    /**
     * Reads YAML; nothing but comments is everything left out.
     *
     * @throws ValidationException in one line that names the key
     */
    static AgentConfig read(String text) {
        try {
            JsonNode tree = YAML.readTree(text);
            boolean onlyComments = tree == null || tree.isMissingNode() || tree.isNull();
            if (!onlyComments && !tree.isObject()) {
                throw new ValidationException("must be keys and values, such as nodeName: node-1");
            }
            return YAML.treeToValue(onlyComments ? YAML.createObjectNode() : tree, AgentConfig.class);
        } catch (UnrecognizedPropertyException e) {
            throw new ValidationException("unknown key \"" + e.getPropertyName() + "\"");
        } catch (DatabindException e) {
            throw new ValidationException(complaint(e));
        } catch (JacksonException e) {
            String where =
                    e.getLocation() == null ? "" : "line " + e.getLocation().getLineNr() + ": ";
            String message = String.valueOf(e.getOriginalMessage());
            throw new ValidationException(
                    "not YAML: " + where + message.lines().findFirst().orElse(""));
        }
    }

    private static String complaint(DatabindException e) {
        if (e.getCause() instanceof RuntimeException cause && cause.getMessage() != null) {
            return cause.getMessage();
        }
        String path = Json.path(e);
        if (e instanceof MismatchedInputException mismatch && !path.isEmpty()) {
            return path + ": " + Expectation.of(mismatch);
        }
        return "a list has an entry that is no text"; // all else is told with its path or by the one who refuses it
    }
}
