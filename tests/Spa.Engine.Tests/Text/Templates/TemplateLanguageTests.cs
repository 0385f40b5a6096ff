namespace Spa.Engine.Tests.Text.Templates;

/// <summary>Rules of the language that are easy to get wrong. Every expected text was printed by Jinja2 3.1.6 on Python 3.11.</summary>
[TestFixture]
public class TemplateLanguageTests
{
    [TestCase("-2 ** 2", "4", TestName = "A_sign_binds_tighter_than_a_power")]
    [TestCase("2 ** 3 ** 2", "64", TestName = "Powers_go_from_left_to_right")]
    [TestCase("-1 | abs", "1", TestName = "A_sign_binds_tighter_than_a_filter")]
    [TestCase("'a' ~ 'b' is string", "aTrue", TestName = "A_test_binds_tighter_than_concatenation")]
    [TestCase("10 - 2 - 3", "5", TestName = "Differences_go_from_left_to_right")]
    [TestCase("3 * 'ab' ~ 1", "ababab1", TestName = "A_product_binds_tighter_than_concatenation")]
    [TestCase("'a' ~ 'b' | upper", "aB", TestName = "A_filter_binds_tighter_than_concatenation")]
    [TestCase("not 1 == 2", "True", TestName = "Not_binds_looser_than_a_comparison")]
    [TestCase("not 'x' in 'cat'", "True", TestName = "Not_binds_looser_than_in")]
    [TestCase("1 < 2 == true", "False", TestName = "Comparisons_chain")]
    [TestCase("1 if false else 2 if false else 3", "3", TestName = "Conditions_nest_to_the_right")]
    [TestCase("{'a': 1}['a'] + [5, 6][-1]", "7", TestName = "Subscripts_follow_literals")]
    public void Operators_bind_as_in_the_reference(string expression, string expected) =>
        Assert.That(TemplateText.Render("{{ " + expression + " }}"), Is.EqualTo(expected));

    [TestCase("1e16", "1e+16")]
    [TestCase("1e15", "1000000000000000.0")]
    [TestCase("123456789012345680.0", "1.2345678901234568e+17")]
    [TestCase("0.00001", "1e-05")]
    [TestCase("0.1 + 0.2", "0.30000000000000004")]
    [TestCase("-0.0", "-0.0")]
    [TestCase("1e308 * 10", "inf")]
    [TestCase("10 ** 20 / 3", "3.333333333333333e+19")]
    [TestCase("2 ** 80 * 1.0", "1.2089258196146292e+24")]
    [TestCase("7 // -2", "-4")]
    [TestCase("-7 % 3", "2")]
    [TestCase("-5.5 % 2", "0.5")]
    [TestCase("2.5 | round", "2.0")]
    [TestCase("2.675 | round(2)", "2.67")]
    [TestCase("1250 | round(-2)", "1200")]
    [TestCase("'%.1f' % 0.25", "0.2")]
    [TestCase("'%.3e' % 123456", "1.235e+05")]
    [TestCase("'{:,}'.format(1234567)", "1,234,567")]
    [TestCase("'{:>8.2f}|{:^5}|{:#x}'.format(2.5, 'a', 255)", "    2.50|  a  |0xff")]
    public void Numbers_print_as_Python_prints_them(string expression, string expected) =>
        Assert.That(TemplateText.Render("{{ " + expression + " }}"), Is.EqualTo(expected));

    [TestCase("[true, none, 1.0, 'it\\'s', \"q\\\"\", (1,), {}]", "[True, None, 1.0, \"it's\", 'q\"', (1,), {}]")]
    [TestCase("{'k': [nope]}", "{'k': [Undefined]}")]
    [TestCase("['\\x7f', '\\u200b', 'é', '\\n']", "['\\x7f', '\\u200b', 'é', '\\n']")]
    [TestCase("['<b>' | safe]", "[Markup('<b>')]")]
    [TestCase("range(1, 9, 2)", "range(1, 9, 2)")]
    [TestCase("{'a': 1}.items()", "dict_items([('a', 1)])")]
    [TestCase("namespace(a='x')", "<Namespace {'a': 'x'}>")]
    [TestCase("'é'.encode()", "b'\\xc3\\xa9'")]
    public void Containers_print_as_Python_prints_them(string expression, string expected) =>
        Assert.That(TemplateText.Render("{{ " + expression + " }}"), Is.EqualTo(expected));

    [TestCase("'😀a' | length", "2")]
    [TestCase("'😀a'[0] ~ '😀a'[::-1]", "😀a😀")]
    [TestCase("'a😀b'.find('b')", "2")]
    [TestCase("'😀'.center(3, '-')", "-😀-")]
    [TestCase("['\\uffff', '😀'] | sort | first == '\\uffff'", "True")]
    public void Strings_are_made_of_code_points(string expression, string expected) =>
        Assert.That(TemplateText.Render("{{ " + expression + " }}"), Is.EqualTo(expected));

    [TestCase("'straße'.upper()", "STRASSE")]
    [TestCase("'ΣΑΣ'.lower()", "σας")]
    [TestCase("'ﬁn ǆ'.title()", "Fin ǅ")]
    [TestCase("'ᾳ'.upper()", "ΑΙ")]
    [TestCase("'ΐ'.upper() | length", "3")]
    [TestCase("'ß' == 'SS'.casefold()", "False")]
    [TestCase("'ß'.casefold() == 'SS'.casefold()", "True")]
    [TestCase("\"o'neil\" | title", "O'neil")]
    [TestCase("\"o'neil\".title()", "O'Neil")]
    public void Case_follows_Unicode_and_not_the_host(string expression, string expected) =>
        Assert.That(TemplateText.Render("{{ " + expression + " }}"), Is.EqualTo(expected));

    [TestCase("{% set ns = namespace(n=0) %}{% for i in [1, 2] %}{% set x = i %}{% set ns.n = ns.n + i %}{% endfor %}{{ x }}{{ ns.n }}", "3")]
    [TestCase("{% set x = 0 %}{% for i in [1, 2] %}{% set x = x + i %}{{ x }}{% endfor %}|{{ x }}", "12|0")]
    [TestCase("{% macro m() %}{{ q }}{% endmacro %}{% set q = 2 %}{{ m() }}", "2")]
    [TestCase("{% set x = 1 %}{% generation %}{% set x = 2 %}{{ x }}{% endgeneration %}{{ x }}", "21")]
    [TestCase("{% for i in [1, 2, 3] %}{% set x %}{% if i == 2 %}{% break %}{% endif %}{{ i }}{% endset %}{{ x }}{% endfor %}", "1")]
    [TestCase("{% set g = [1, 2] | map('string') %}{{ g | list }}{{ g | list }}", "['1', '2'][]")]
    [TestCase("{% if false %}{{ 1 | nosuch }}{% endif %}ok", "ok")]
    public void Scopes_and_order_are_those_of_the_reference(string template, string expected) =>
        Assert.That(TemplateText.Render(template), Is.EqualTo(expected));
}
