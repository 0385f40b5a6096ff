using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>Which methods a value has.</summary>
internal static class MethodTables
{
    private static readonly MethodTable s_string = new([.. StringMethods.All, .. StringSearchMethods.All, .. StringCaseMethods.All, .. StringTestMethods.All]);

    private static readonly MethodTable s_dict = new(
        DictMethods.All, "clear", "pop", "popitem", "setdefault", "update");

    private static readonly MethodTable s_list = new(
        [.. SequenceMethods.All, SequenceMethods.Copy], "append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort");

    private static readonly MethodTable s_tuple = new(SequenceMethods.All);
    private static readonly MethodTable s_bytes = new([BytesMethods.Decode]);
    private static readonly MethodTable s_integer = new(NumberMethods.OfIntegers);
    private static readonly MethodTable s_float = new(NumberMethods.OfFloats);
    private static readonly MethodTable s_loop = new(HelperMethods.OfLoops);
    private static readonly MethodTable s_cycler = new(HelperMethods.OfCyclers);
    private static readonly MethodTable s_dictType = new([DictMethods.FromKeys]);

    public static MethodTable? Of(object? value) => value switch
    {
        string or Markup => s_string,
        DictValue => s_dict,
        ListValue => s_list,
        TupleValue or RangeValue => s_tuple,
        BytesValue => s_bytes,
        long or bool or BigInteger => s_integer,
        double => s_float,
        LoopValue => s_loop,
        CyclerValue => s_cycler,
        FunctionValue { IsType: true, Name: "dict" } => s_dictType,
        _ => null,
    };
}
