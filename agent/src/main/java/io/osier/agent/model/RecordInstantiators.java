package io.osier.agent.model;

import tools.jackson.databind.BeanDescription;
import tools.jackson.databind.DeserializationConfig;
import tools.jackson.databind.DeserializationContext;
import tools.jackson.databind.deser.ValueInstantiator;
import tools.jackson.databind.deser.std.StdValueInstantiator;
import tools.jackson.databind.introspect.AnnotatedConstructor;
import tools.jackson.databind.module.SimpleValueInstantiators;

/**
 * Has records made through {@link java.lang.reflect.Constructor#newInstance}, which remembers how. Jackson by itself finds out anew
 * for every object how its method handle takes an array of arguments ({@code MethodHandle.invokeWithArguments}).
 */
final class RecordInstantiators extends SimpleValueInstantiators {
    private static final long serialVersionUID = 1;

    @Override
    public ValueInstantiator modifyValueInstantiator(
            DeserializationConfig config, BeanDescription.Supplier type, ValueInstantiator instantiator) {
        return instantiator instanceof StdValueInstantiator standard
                        && type.getBeanClass().isRecord()
                ? new OfRecord(standard)
                : instantiator;
    }

    private static final class OfRecord extends StdValueInstantiator {
        private static final long serialVersionUID = 1;

        OfRecord(StdValueInstantiator standard) {
            super(standard);
        }

        @Override
        public Object createFromObjectWith(DeserializationContext context, Object[] values) {
            if (!(_withArgsCreator instanceof AnnotatedConstructor creator)) {
                return super.createFromObjectWith(context, values);
            }
            try {
                return creator.getAnnotated().newInstance(values);
            } catch (ReflectiveOperationException | IllegalArgumentException e) {
                if (e.getCause() instanceof Error error) {
                    throw error; // as Jackson has it: no fault of the values
                }
                return context.handleInstantiationProblem(getValueClass(), values, rewrapCtorProblem(context, e));
            }
        }
    }
}
