using System.Text.Json.Nodes;
using CsCheck;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Templates;

/// <summary>Random templates, made of pieces of real ones, either render or fail with a <see cref="TemplateException"/>, and soon.</summary>
[TestFixture]
public class TemplateFuzzTests
{
    /// <summary>Tight enough that the worst template takes milliseconds.</summary>
    private static readonly RenderOptions s_options = new() { Limits = new TemplateLimits { MaxWork = 20_000, MaxTextLength = 100_000 } };

    private static readonly JsonObject s_variables = JsonNode.Parse(
        """{"messages": [{"role": "user", "content": "hé😀"}, {"role": "assistant", "content": null}], "l": [3, 1, 2], "d": {"a": 1, "b": [1.5]}, "s": "a b", "n": null, "big": 99999999999999999999}""")!.AsObject();

    private static readonly string[] s_operands =
    [
        "messages", "l", "d", "s", "n", "big", "nope", "loop", "1", "0", "-1", "2.5", "1e308", "'x'", "''", "'%s %d'", "'{} {0!r:>5}'", "[]", "[1, 'a']", "{}", "{'a': [1]}", "(1,)", "()",
        "true", "none", "range(3)", "namespace(a=1)", "dict(a=1)", "cycler(1, 2)", "joiner()", "range", "m", "d.items()", "l[::-1]", "s[0]", "messages[0].content", "'<' | safe", "'é😀'", "(l | map('string'))",
    ];

    private static readonly string[] s_operators =
    [
        " + ", " - ", " * ", " / ", " // ", " % ", " ** ", " ~ ", " == ", " < ", " >= ", " in ", " not in ", " and ", " or ", " if ", " else ", " | ", " is ", ", ", ".", "[", "]", "(", ")", ":", " not ",
    ];

    private static readonly string[] s_words =
    [
        "upper", "title", "trim", "join(',')", "length", "list", "first", "last", "sort", "unique", "map('upper')", "map(attribute='a')", "select", "selectattr('role', 'eq', 'user')", "reject('odd')", "tojson",
        "tojson(indent=2)", "int", "float", "round(2)", "abs", "replace('a', 'b')", "indent(2)", "batch(2)", "slice(2)", "groupby('role')", "dictsort", "items", "sum", "min", "max", "reverse", "string", "safe", "e",
        "format(1, 2)", "truncate(3)", "wordwrap(2)", "center(9)", "urlencode", "striptags", "xmlattr", "filesizeformat", "default('z')", "attr('a')", "random", "wordcount", "capitalize",
        "defined", "string", "mapping", "odd", "divisibleby(3)", "none", "sameas(1)", "in l", "split('a')", "rsplit(none, 1)", "strip()", "format(l)", "get('a')", "keys()", "encode()", "zfill(5)", "partition(' ')",
        "index", "last", "nextitem", "cycle(1, 2)", "next()", "a", "0", "role", "splitlines()", "expandtabs()", "count('a')", "find('b', -2)", "startswith(('a', 'b'))", "casefold()", "append(1)", "__class__",
    ];

    private static readonly string[] s_tags =
    [
        "{{ ", " }}", "{{- ", " -}}", "{% if ", "{% elif ", "{% else %}", "{% endif %}", "{% for x in ", "{% for a, b in ", "{% endfor %}", "{% set x = ", "{% set x %}", "{% endset %}", "{% set ns.a = ", "{% macro m(a, b=1) %}",
        "{% endmacro %}", "{% call m(", "{% endcall %}", "{% generation %}", "{% endgeneration %}", "{% filter upper %}", "{% endfilter %}", "{% with a = ", "{% endwith %}", "{% raw %}", "{% endraw %}", "{% break %}",
        "{% continue %}", "{% block b %}", "{% endblock %}", "{% autoescape true %}", "{% endautoescape %}", "{# ", " #}", " %}", " -%}", " recursive %}", "{%- ", "\n", "  ", "text", "{", "}", "%", "'", "\"", "\\", "\u00a0", "\ud83d",
    ];

    private static readonly Gen<string> s_expression =
        Gen.Select(Pick(s_operands), Pick(s_operators).Array[0, 3], Pick(s_operands).Array[3], Pick(s_words).Array[0, 3])
            .Select((first, operators, operands, words) =>
                first + string.Concat(operators.Select((op, i) => op + operands[i])) + string.Concat(words.Select((word, i) => (i % 2 == 0 ? " | " : ".") + word)));

    private static readonly Gen<string> s_statement = Gen.Frequency(
        (4, s_expression.Select(e => "{{ " + e + " }}")),
        (2, Gen.Select(s_expression, s_expression, (a, b) => "{% for x in " + a + " %}{{ x }}{{ loop.index }}{{ " + b + " }}{% endfor %}")),
        (2, Gen.Select(s_expression, s_expression, (a, b) => "{% if " + a + " %}{% set x = " + b + " %}{{ x }}{% endif %}")),
        (1, s_expression.Select(e => "{% macro m(a) %}{{ a }}{{ " + e + " }}{% endmacro %}{{ m(l) }}")),
        (1, s_expression.Select(e => "{% generation %}{{ " + e + " }}{% endgeneration %}")));

    [Test]
    public void Well_formed_random_templates_render_or_fail_cleanly() =>
        s_statement.Array[1, 4].Select(string.Concat).Sample(Survives, iter: 20_000);

    [Test]
    public void Random_pieces_of_templates_render_or_fail_cleanly() =>
        Pick([.. s_tags, .. s_operands, .. s_operators, .. s_words]).Array[1, 25].Select(string.Concat).Sample(Survives, iter: 20_000);

    private static Gen<string> Pick(string[] pieces) => Gen.Int[0, pieces.Length - 1].Select(i => pieces[i]);

    private static bool Survives(string source)
    {
        try
        {
            ChatTemplate.Parse(source, "fuzz").Render(s_variables, s_options);
        }
        catch (TemplateException)
        {
            // An error of the template is an answer; anything else is a bug and fails the test.
        }

        return true;
    }
}
