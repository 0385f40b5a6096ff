using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Templates;

/// <summary>An error is one line that names the template and the line in it.</summary>
[TestFixture]
public class TemplateErrorTests
{
    [TestCase("a\nb\n{{ x.y.z }}", 3, TestName = "Line_of_an_undefined_attribute")]
    [TestCase("{% if 1 %}\n{{ 'a' + 1 }}\n{% endif %}", 2, TestName = "Line_of_a_wrong_operand")]
    [TestCase("{% macro m() %}\n\n{{ nope() }}{% endmacro %}\n{{ m() }}", 3, TestName = "Line_inside_a_macro")]
    [TestCase("{{ [1,\n2] | first(\n1) }}", 2, TestName = "Line_of_a_filter_inside_a_long_expression")]
    [TestCase("\n{% for x in 5 %}{% endfor %}", 2, TestName = "Line_of_a_loop")]
    [TestCase("\n\n{{ 1 1 }}", 3, TestName = "Line_of_a_syntax_error")]
    [TestCase("{% raw %}\n\n{% endraw %}\n{% nosuch %}", 4, TestName = "Line_after_a_raw_block")]
    [TestCase("{#\n\n#}\n{{ 'x' | nosuch }}", 4, TestName = "Line_of_an_unknown_filter")]
    [TestCase("\r\n\r\n{{ 'abc }}", 3, TestName = "Line_of_an_unclosed_string")]
    public void Errors_name_the_template_and_the_line(string source, int line)
    {
        TemplateException error = TemplateText.Fails(source);
        Assert.Multiple(() =>
        {
            Assert.That(error.Line, Is.EqualTo(line));
            Assert.That(error.TemplateName, Is.EqualTo("test.jinja"));
            Assert.That(error.Message, Does.StartWith($"template 'test.jinja', line {line}: ").And.Not.Contain("\n"));
        });
    }

    [Test]
    public void A_message_that_the_template_raises_comes_through_word_for_word()
    {
        TemplateException error = TemplateText.Fails("\n{{ raise_exception('Roles must\\nalternate: ' ~ [1]) }}");
        Assert.Multiple(() =>
        {
            Assert.That(error.Kind, Is.EqualTo(TemplateErrorKind.RaiseException));
            Assert.That(error.Reason, Is.EqualTo("Roles must\nalternate: [1]"));
            Assert.That(error.Message, Is.EqualTo("template 'test.jinja', line 2: Roles must alternate: [1]"));
            Assert.That(error.ExitCode, Is.EqualTo(1));
        });
    }

    [TestCase("{% if 1 %}", "looking for the following tags: 'elif' or 'else' or 'endif'")]
    [TestCase("{% for x in [] %}{% endif %}", "Encountered unknown tag 'endif'")]
    [TestCase("{{ 1", "unexpected end of template")]
    [TestCase("{{ (1] }}", "unexpected ']', expected ')'")]
    [TestCase("{# x", "Missing end of comment tag")]
    [TestCase("{% raw %} x", "Missing end of raw directive")]
    [TestCase("{% macro m(a, a) %}{% endmacro %}", "duplicate argument 'a'")]
    [TestCase("{{ f(a=1, a=2) }}", "keyword argument repeated: a")]
    [TestCase("{{ 'a' is nosuch }}", "No test named 'nosuch'")]
    [TestCase("{% for i in [1] %}{% macro m() %}{% break %}{% endmacro %}{% endfor %}", "'break' outside loop")]
    [TestCase("{{ '\\u12' }}", "truncated \\u escape")]
    [TestCase("{{ ? }}", "unexpected char '?'")]
    public void Broken_templates_say_what_is_wrong(string source, string reason)
    {
        TemplateException error = Assert.Throws<TemplateException>(() => ChatTemplate.Parse(source, "t"))!;
        Assert.That(error.Reason, Does.Contain(reason));
    }

    [TestCase("""{"x": {"a": 1, "a": 2}}""", "same key twice")]
    [TestCase("""{"x": "\ud800"}""", "half a surrogate pair")]
    public void Broken_variables_say_what_is_wrong(string variables, string reason) =>
        Assert.That(TemplateText.Fails("{{ x }}", variables).Reason, Does.Contain(reason));
}
