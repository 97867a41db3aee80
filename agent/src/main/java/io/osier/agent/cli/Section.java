package io.osier.agent.cli;

import java.util.List;
import tools.jackson.databind.JsonNode;

/**
 * What was found of one kind.
 *
 * @param single whether one object was asked for by its name
 */
record Section(Kinds kind, List<JsonNode> items, boolean single) {}
