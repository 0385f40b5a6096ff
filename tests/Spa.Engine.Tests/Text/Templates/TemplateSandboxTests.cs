using System.Text;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Templates;

/// <summary>Templates come with models and are hostile input: whatever they ask for, the host gets text or one clear error.</summary>
[TestFixture]
public class TemplateSandboxTests
{
    private static readonly RenderOptions s_small = new() { Limits = new TemplateLimits { MaxWork = 200_000, MaxTextLength = 100_000 } };

    [TestCase("{{ 2 ** 100000000 }}", TestName = "A_huge_power_is_refused")]
    [TestCase("{% set ns = namespace(x=3) %}{% for i in range(60) %}{% set ns.x = ns.x * ns.x %}{% endfor %}", TestName = "An_integer_that_keeps_squaring_is_refused")]
    [TestCase("{{ 'a' * 10 ** 9 }}", TestName = "A_huge_string_is_refused")]
    [TestCase("{{ [0] * 10 ** 9 }}", TestName = "A_huge_list_is_refused")]
    [TestCase("{{ '%999999999d' % 1 }}", TestName = "A_huge_field_width_is_refused")]
    [TestCase("{{ '{:999999999}'.format(1) }}", TestName = "A_huge_format_width_is_refused")]
    [TestCase("{{ 'a'.center(10 ** 9) }}", TestName = "A_huge_margin_is_refused")]
    [TestCase("{{ 'a' | indent(10 ** 9) }}", TestName = "A_huge_indentation_is_refused")]
    [TestCase("{{ ('a' * 90000).replace('a', 'b' * 90000) }}", TestName = "A_replacement_that_explodes_is_refused")]
    [TestCase("{% set ns = namespace(s='ab') %}{% for i in range(99) %}{% set ns.s = ns.s ~ ns.s %}{% endfor %}", TestName = "A_string_that_keeps_doubling_is_refused")]
    [TestCase("{% for i in range(99999) %}{% for j in range(99999) %}{% endfor %}{% endfor %}", TestName = "An_endless_loop_is_refused")]
    [TestCase("{% for i in range(99999) %}0123456789{% endfor %}", TestName = "Endless_output_is_refused")]
    [TestCase("{% set ns = namespace(l=[1]) %}{% for i in range(60) %}{% set ns.l = [ns.l, ns.l] %}{% endfor %}{{ ns.l | tojson }}", TestName = "Printing_a_list_of_2_to_the_60_items_is_refused")]
    [TestCase("{% set a = namespace(l=[1], m=[1]) %}{% for i in range(60) %}{% set a.l = [a.l, a.l] %}{% set a.m = [a.m, a.m] %}{% endfor %}{{ a.l == a.m }}", TestName = "Comparing_2_to_the_60_items_is_refused")]
    [TestCase("{% set a = namespace(l=(1,)) %}{% for i in range(60) %}{% set a.l = (a.l, a.l) %}{% endfor %}{{ {a.l: 1} }}", TestName = "Hashing_2_to_the_60_items_is_refused")]
    [TestCase("{% set s = 'a' * 90000 %}{% for i in range(99999) %}{{ s | length }}{% endfor %}", TestName = "Measuring_a_long_string_again_and_again_is_refused")]
    [TestCase("{% set s = 'a' * 90000 %}{{ ('a' * 40000 ~ 'b') in s }}", TestName = "A_search_that_compares_at_every_position_is_refused")]
    [TestCase("{{ ('a' * 90000) | wordwrap(1) }}", TestName = "Wrapping_a_word_into_single_letters_is_refused")]
    [TestCase("{% set b = 2 ** 60000 %}{% for i in range(9999) %}{% set x = b % 7 %}{% endfor %}", TestName = "Dividing_a_huge_integer_again_and_again_is_refused")]
    public void Too_much_work_is_a_limit_error(string template) =>
        Assert.That(TemplateText.Fails(template, options: s_small).Kind, Is.EqualTo(TemplateErrorKind.LimitExceeded));

    [TestCase("{{ range(10 ** 12) }}", TemplateErrorKind.OverflowError)]
    [TestCase("{{ 10 ** 5000 }}", TemplateErrorKind.ValueError)]
    [TestCase("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}", TemplateErrorKind.RecursionError)]
    [TestCase("{% for x in [1] recursive %}{{ loop([1]) }}{% endfor %}", TemplateErrorKind.RecursionError)]
    [TestCase("{% set ns = namespace(l=[1]) %}{% for i in range(9999) %}{% set ns.l = ns.l | map('string') %}{% endfor %}{{ ns.l | list }}", TemplateErrorKind.RecursionError)]
    public void What_the_reference_refuses_too_has_its_error(string template, TemplateErrorKind kind) =>
        Assert.That(TemplateText.Fails(template).Kind, Is.EqualTo(kind));

    [TestCase("{% set ns = namespace(l=[]) %}{% for i in range(90000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l }}")]
    [TestCase("{% set ns = namespace(l=[]) %}{% for i in range(90000) %}{% set ns.l = [ns.l] %}{% endfor %}{{ ns.l | tojson }}")]
    [TestCase("{% set a = namespace(l=[], m=[]) %}{% for i in range(90000) %}{% set a.l = [a.l] %}{% set a.m = [a.m] %}{% endfor %}{{ a.l == a.m }}")]
    public void Values_nested_without_end_do_not_overflow_a_small_stack(string template)
    {
        TemplateException? error = null;
        Thread thread = new(() => error = TemplateText.Fails(template), maxStackSize: 512 << 10);
        thread.Start();
        thread.Join();
        Assert.That(error!.Kind, Is.EqualTo(TemplateErrorKind.RecursionError));
    }

    [TestCase("{{ ", "(", "1", ")", " }}")]
    [TestCase("{{ ", "[", "1", "]", " }}")]
    [TestCase("{{ ", "-", "1", "", " }}")]
    [TestCase("{{ ", "not ", "1", "", " }}")]
    [TestCase("", "{% if 1 %}", "x", "{% endif %}", "")]
    [TestCase("", "{% for i in [1] %}", "x", "{% endfor %}", "")]
    [TestCase("{{ ", "1 if 1 else ", "1", "", " }}")]
    public void Source_nested_without_end_is_refused(string start, string open, string middle, string close, string end)
    {
        string source = start + Repeat(open) + middle + Repeat(close) + end;
        Assert.That(TemplateText.Fails(source).Kind, Is.EqualTo(TemplateErrorKind.LimitExceeded));
    }

    [TestCase("1", " + 1")]
    [TestCase("x", ".a")]
    [TestCase("x", "[0]")]
    [TestCase("'x'", " | upper")]
    [TestCase("1", " and 1")]
    [TestCase("1", " if 1")]
    public void Endless_chains_of_operators_do_not_overflow_the_stack(string first, string next)
    {
        try
        {
            TemplateText.Render("{{ " + first + Repeat(next) + " }}");
        }
        catch (TemplateException e)
        {
            Assert.That(e.Kind, Is.EqualTo(TemplateErrorKind.RecursionError).Or.EqualTo(TemplateErrorKind.UndefinedError));
        }
    }

    [TestCase("{{ [].append(1) }}")]
    [TestCase("{{ {}.update({'a': 1}) }}")]
    [TestCase("{{ {'a': 1}.pop('a') }}")]
    [TestCase("{{ ''.__class__.__mro__ }}")]
    [TestCase("{{ ''['__class__']() }}")]
    [TestCase("{% set ns = namespace() %}{% set ns._x = 1 %}")]
    public void Mutation_and_internals_are_security_errors(string template) =>
        Assert.That(TemplateText.Fails(template).Kind, Is.EqualTo(TemplateErrorKind.SecurityError));

    [TestCase("GetType")]
    [TestCase("ToString")]
    [TestCase("Length")]
    [TestCase("Items")]
    [TestCase("Count")]
    public void Members_of_host_objects_are_not_there(string member) =>
        Assert.That(TemplateText.Render($"{{{{ x.{member} }}}}{{{{ x['{member}'] }}}}{{{{ s.{member} }}}}{{{{ n.{member} }}}}", """{"x": [1], "s": "t", "n": 1}"""), Is.Empty);

    [Test]
    public void Objects_of_the_host_are_refused_as_variables()
    {
        ChatTemplate template = ChatTemplate.Parse("{{ x }}", "t");
        TemplateException error = Assert.Throws<TemplateException>(() => template.Render(new Dictionary<string, object?> { ["x"] = new StringBuilder() }))!;
        Assert.That(error.Reason, Does.Contain("StringBuilder"));
    }

    private static string Repeat(string text) => new StringBuilder().Insert(0, text, 20_000).ToString();
}
