using System.Diagnostics.CodeAnalysis;
using System.Numerics;

namespace Spa.Engine.Text.Templates;

/// <summary>All tests (<c>x is name</c>) by name.</summary>
internal static class TestTable
{
    private static readonly Dictionary<string, Builtin> s_tests = Build();

    public static bool TryGet(string name, [NotNullWhen(true)] out Builtin? test) => s_tests.TryGetValue(name, out test);

    /// <exception cref="TemplateException">There is no such test.</exception>
    public static Builtin Get(object? name) => name is string or Markup && TryGet(name.ToString()!, out Builtin? test)
        ? test
        : throw new TemplateException(TemplateErrorKind.TemplateRuntimeError, $"No test named {(name is string text ? Repr.Of(text) : TypeName.Of(name))}.");

    private static Dictionary<string, Builtin> Build()
    {
        Dictionary<string, Builtin> tests = [];
        foreach (Builtin test in Kinds()) tests.Add(test.Name, test);
        foreach (Builtin test in Properties()) tests.Add(test.Name, test);
        Compare(tests, CompareOperator.Equal, "eq", "equalto", "==");
        Compare(tests, CompareOperator.NotEqual, "ne", "!=");
        Compare(tests, CompareOperator.Greater, "gt", "greaterthan", ">");
        Compare(tests, CompareOperator.GreaterEqual, "ge", ">=");
        Compare(tests, CompareOperator.Less, "lt", "lessthan", "<");
        Compare(tests, CompareOperator.LessEqual, "le", "<=");
        Compare(tests, CompareOperator.In, "in");
        return tests;
    }

    private static IEnumerable<Builtin> Kinds() =>
    [
        Plain("defined", value => value is not Undefined),
        Plain("undefined", value => value is Undefined),
        Plain("none", value => value is null),
        Plain("boolean", value => value is bool),
        Plain("true", value => value is true),
        Plain("false", value => value is false),
        Plain("integer", value => value is long or BigInteger),
        Plain("float", value => value is double),
        Plain("number", value => value is double || Integer.Is(value)),
        Plain("string", value => value is string or Markup),
        Plain("mapping", value => value is DictValue),
        Plain("sequence", value => value is string or Markup or SequenceValue or DictValue or RangeValue or BytesValue or Undefined),
        Plain("iterable", Sequences.IsIterable),
        Plain("callable", value => value is ICallable or Undefined),
        Plain("escaped", value => value is Markup),
    ];

    private static IEnumerable<Builtin> Properties() =>
    [
        new("odd", "", (context, value, _) => Box.Of(Remainder(context, value, Box.Of(2), 1))),
        new("even", "", (context, value, _) => Box.Of(Remainder(context, value, Box.Of(2), 0))),
        new("divisibleby", "num", (context, value, a) => Box.Of(Remainder(context, value, a[0], 0))),
        Case("lower", PythonCharacters.IsLower),
        Case("upper", PythonCharacters.IsUpper),
        new("sameas", "other", (_, value, a) => Box.Of(IsSame(value, a[0]))),
        new("filter", "", (_, value, _) => Box.Of(value is string or Markup && FilterTable.TryGet(value.ToString()!, out Builtin? _))),
        new("test", "", (_, value, _) => Box.Of(value is string or Markup && TryGet(value.ToString()!, out Builtin? _))),
    ];

    private static Builtin Case(string name, Func<int, bool> wanted) => new(name, "", (context, value, _) =>
    {
        string text = Printer.Text(context, value);
        context.ChargeScan(text.Length);
        return Box.Of(StringTestMethods.IsCase(text, wanted));
    });

    private static Builtin Plain(string name, Func<object?, bool> test) => new(name, "", (_, value, _) => Box.Of(test(value)));

    private static void Compare(Dictionary<string, Builtin> tests, CompareOperator op, params string[] names)
    {
        foreach (string name in names) tests.Add(name, new Builtin(name, "other", (context, value, a) => Box.Of(Comparison.Holds(context, op, value, a[0]))));
    }

    private static bool Remainder(RenderContext context, object? value, object? divisor, int wanted) =>
        Comparison.AreEqual(context, Arithmetic.Apply(context, BinaryOperator.Modulo, value, divisor), Box.Of(wanted));

    /// <summary>Identity, as far as a template can tell: Python keeps one object for small integers and equal short strings too.</summary>
    private static bool IsSame(object? left, object? right) =>
        ReferenceEquals(left, right) || (left, right) switch
        {
            (bool a, bool b) => a == b,
            (long a, long b) => a == b,
            (string a, string b) => a == b,
            _ => false,
        };
}
