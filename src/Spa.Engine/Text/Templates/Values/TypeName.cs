using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>What Python calls the type of a value.</summary>
internal static class TypeName
{
    public static string Of(object? value) => value switch
    {
        null => "NoneType",
        bool => "bool",
        long or BigInteger => "int",
        double => "float",
        string => "str",
        Markup => "Markup",
        ListValue => "list",
        TupleValue => "tuple",
        DictValue => "dict",
        DictView view => view.Kind switch { DictViewKind.Keys => "dict_keys", DictViewKind.Values => "dict_values", _ => "dict_items" },
        RangeValue => "range",
        SliceValue => "slice",
        BytesValue => "bytes",
        GeneratorValue => "generator",
        NamespaceValue => "Namespace",
        MacroValue => "Macro",
        LoopValue => "LoopContext",
        CyclerValue => "Cycler",
        JoinerValue => "Joiner",
        Undefined => "Undefined",
        BoundMethod => "builtin_function_or_method",
        FunctionValue function => function.IsType ? "type" : "function",
        _ => "object",
    };
}
