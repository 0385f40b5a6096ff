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

    [TestCase("{{ ('{0}' * 9000).format('a' * 90000) }}", TestName = "A_field_repeated_without_end_is_refused")]
    [TestCase("{{ ('%(a)s' * 9000) % {'a': 'a' * 90000} }}", TestName = "A_percent_field_repeated_without_end_is_refused")]
    [TestCase("{{ strftime_now('%9999d' * 9000) }}", TestName = "A_wide_date_repeated_without_end_is_refused")]
    [TestCase("{{ ('<&' * 40000) | e }}", TestName = "Entities_that_make_a_text_five_times_as_long_are_refused")]
    [TestCase("{{ ('\\x00' * 90000) | tojson }}", TestName = "Escapes_that_make_JSON_six_times_as_long_are_refused")]
    [TestCase("{{ ['\\x00' * 90000] }}", TestName = "Escapes_that_make_a_list_four_times_as_long_are_refused")]
    [TestCase("{{ dict.fromkeys(range(9) | map('string'), '&' * 90000) | xmlattr }}", TestName = "Attributes_of_any_length_are_refused")]
    [TestCase("{{ dict.fromkeys(range(9) | map('string'), 'a' * 30000) | urlencode }}", TestName = "A_query_of_any_length_is_refused")]
    public void A_text_that_grows_is_refused_before_it_is_made(string template)
    {
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.That(TemplateText.Fails(template, options: s_small).Kind, Is.EqualTo(TemplateErrorKind.LimitExceeded));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(8 << 20));
    }

    // What a step does must not take a thousand times as long as another. Each of these took minutes when it was not counted.
    [MaxTime(10_000)]
    [TestCase("{% set c = 'b' * 9000 ~ 'a' %}{% for i in range(99999) %}{% set x = ('a' * 9000).strip(c) %}{% endfor %}", TestName = "Stripping_many_characters")]
    [TestCase("{% set t = ('b',) * 90000 %}{% for i in range(99999) %}{% set x = 'a'.startswith(t) %}{% endfor %}", TestName = "Looking_for_many_prefixes")]
    [TestCase("{% for i in range(99999) %}{% set x = 3 ** 41000 %}{% endfor %}", TestName = "Taking_large_powers")]
    [TestCase("{% set b = 3 ** 20000 %}{% for i in range(99999) %}{% set x = b * b %}{% endfor %}", TestName = "Multiplying_huge_integers")]
    [TestCase("{% for i in range(99999) %}{% set x = 1 | round(-4300) %}{% endfor %}", TestName = "Rounding_to_thousands_of_digits")]
    [TestCase("{% set b = 2 ** 50000 %}{% for i in range(99999) %}{% set x = '{:_b}'.format(b) %}{% endfor %}", TestName = "Grouping_thousands_of_digits")]
    [TestCase("{% set s = 'a' * 90000 %}{% for i in range(99999) %}{% set x = [s] | unique | list %}{% endfor %}", TestName = "Folding_case_for_sorting")]
    [TestCase("{% set s = 'a' * 90000 %}{% for i in range(99999) %}{% set x = s is upper %}{% endfor %}", TestName = "Asking_for_the_case_of_a_long_string")]
    [TestCase("{% set s = '\U0001F600' * 40000 %}{% for i in range(99999) %}{% set x = s[-1] %}{% endfor %}", TestName = "Counting_surrogates")]
    [TestCase("{% set s = ('a' * 90000) | safe %}{% set t = ('a' * 90000) | safe %}{% for i in range(99999) %}{% set x = s == t %}{% endfor %}", TestName = "Comparing_long_markup")]
    [TestCase("{% set s = '1' * 90000 %}{% for i in range(99999) %}{% set x = s | float %}{% endfor %}", TestName = "Reading_a_number_of_many_digits")]
    public void What_costs_more_counts_more(string template) =>
        Assert.That(TemplateText.Fails(template, options: s_small).Kind, Is.EqualTo(TemplateErrorKind.LimitExceeded));

    [Test]
    [MaxTime(60_000)]
    public void Thousands_of_names_in_one_scope_are_found_by_hash() =>
        Assert.That(TemplateText.Fails("{% for i in range(9999) %}" + Many(20_000, i => $"{{% set a{i} = 1 %}}", "") + "{% endfor %}").Kind, Is.EqualTo(TemplateErrorKind.LimitExceeded));

    [Test]
    [MaxTime(30_000)]
    public void An_expression_of_many_operands_counts_them_all() =>
        Assert.That(TemplateText.Fails("{% for i in range(9999) %}{% set x = i" + Many(500, _ => " + i", "") + " %}{% endfor %}", options: s_small).Kind, Is.EqualTo(TemplateErrorKind.LimitExceeded));

    [Test]
    [MaxTime(30_000)]
    public void Many_keyword_arguments_count_for_every_parameter() =>
        Assert.That(TemplateText.Fails("{% macro m(" + Many(2000, i => "a" + i, ", ") + ") %}{% endmacro %}{% for i in range(9999) %}{{ m(" + Many(2000, i => $"a{i}=1", ", ") + ") }}{% endfor %}",
            options: s_small).Kind, Is.EqualTo(TemplateErrorKind.LimitExceeded));

    [Test]
    [MaxTime(30_000)]
    public void Parsing_takes_time_in_proportion_to_the_source()
    {
        ChatTemplate.Parse("{% macro m(" + Many(90_000, i => "a" + i, ",") + ") %}{% endmacro %}", "t");
        ChatTemplate.Parse("{{ dict(" + Many(90_000, i => $"a{i}=1", ",") + ") }}", "t");
        ChatTemplate.Parse("{{ [" + Many(240, _ => "0x" + new string('f', 4300), ",") + "] }}", "t");
        Assert.Throws<TemplateException>(() => ChatTemplate.Parse("{{ x | " + Many(500_000, _ => "a", ".") + " }}", "t"));
        Assert.That(Assert.Throws<TemplateException>(() => ChatTemplate.Parse(new string('a', (1 << 20) + 1), "t"))!.Kind, Is.EqualTo(TemplateErrorKind.LimitExceeded));
    }

    [TestCase("{% set ns.l = [ns.l, {}] %}")]
    [TestCase("{% set ns.l = [ns.l, namespace(), 'a' ~ i] %}")]
    [TestCase("{% macro m() %}{% endmacro %}{% set ns.l = [ns.l, m, d.items() | list] %}")]
    public void What_is_kept_is_bounded_whatever_it_is(string body)
    {
        RenderOptions options = new() { Limits = new TemplateLimits { MaxAllocation = 4 << 20 } };
        long before = GC.GetAllocatedBytesForCurrentThread();
        TemplateException error = TemplateText.Fails("{% set d = dict.fromkeys(range(99)) %}{% set ns = namespace(l=[]) %}{% for i in range(99999) %}" + body + "{% endfor %}", options: options);
        Assert.That((error.Kind, error.Reason), Is.EqualTo((TemplateErrorKind.LimitExceeded, $"the template allocates more than {4 << 20} bytes")));
        Assert.That(GC.GetAllocatedBytesForCurrentThread() - before, Is.LessThan(8 << 20));
    }

    [TestCase("{{ ns }}")]
    [TestCase("{{ ns.x }}")]
    [TestCase("{{ '%s' % ns.x }}")]
    [TestCase("{{ ns.x == other.x }}")]
    [TestCase("{{ ns.x | tojson }}", TemplateErrorKind.TypeError)]
    public void A_namespace_that_holds_itself_ends_in_an_error(string use, TemplateErrorKind kind = TemplateErrorKind.RecursionError)
    {
        const string Cycle = "{% set ns = namespace() %}{% set ns.x = {'a': ns} %}{% set other = namespace() %}{% set other.x = {'a': other} %}";
        if (use.Contains("==")) Assert.That(TemplateText.Render(Cycle + use, "{}"), Is.EqualTo("False"), "namespaces are equal to themselves only");
        else Assert.That(TemplateText.Fails(Cycle + use).Kind, Is.EqualTo(kind));
    }

    [Test]
    public void A_message_of_any_length_and_content_is_one_line_for_a_terminal()
    {
        TemplateException error = TemplateText.Fails("{{ raise_exception('\\x1b[31m' ~ 'a' * 100000) }}");
        Assert.That(error.Message, Does.StartWith("template 'test.jinja', line 1: ?[31maaa").And.EndsWith("a...").And.Length.LessThan(600));
        Assert.That(error.Reason, Has.Length.EqualTo(100_005), "the reason itself stays as it is");
    }

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
    [TestCase("Positional")]
    [TestCase("Definition")]
    public void Members_of_host_objects_are_not_there(string member) =>
        Assert.That(TemplateText.Render($"{{{{ x.{member} }}}}{{{{ x['{member}'] }}}}{{{{ s.{member} }}}}{{{{ n.{member} }}}}", """{"x": [1], "s": "t", "n": 1}"""), Is.Empty);

    [Test]
    public void Objects_of_the_host_are_refused_as_variables()
    {
        ChatTemplate template = ChatTemplate.Parse("{{ x }}", "t");
        TemplateException error = Assert.Throws<TemplateException>(() => template.Render(new Dictionary<string, object?> { ["x"] = new StringBuilder() }))!;
        Assert.That(error.Reason, Does.Contain("StringBuilder"));
    }

    private static string Many(int count, Func<int, string> item, string separator) => string.Join(separator, Enumerable.Range(0, count).Select(item));

    private static string Repeat(string text) => new StringBuilder().Insert(0, text, 20_000).ToString();
}
