using System.Text.Json.Nodes;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Templates;

/// <summary>What rendering a conversation adds to rendering a template.</summary>
[TestFixture]
public class ChatTemplateTests
{
    private const string Conversation = """[{"role": "user", "content": "hi"}, {"role": "assistant", "content": "😀 ok"}]""";

    [Test]
    public void Tools_documents_and_the_generation_flag_are_always_defined()
    {
        ChatTemplate template = ChatTemplate.Parse("{{ tools is none }}{{ documents is none }}{{ add_generation_prompt }}{{ messages | length }}", "t");
        Assert.That(template.RenderChat(new JsonArray(), addGenerationPrompt: false).Text, Is.EqualTo("TrueTrueFalse0"));
    }

    [Test]
    public void Plain_messages_and_JSON_messages_render_alike()
    {
        ChatTemplate template = ChatTemplate.Parse("{% for m in messages %}<{{ m.role }}>{{ m['content'] }}{{ eos_token }}{% endfor %}", "t");
        Dictionary<string, object?> variables = new() { ["eos_token"] = "</s>" };
        string plain = template.RenderChat([new ChatMessage("user", "hi"), new ChatMessage("assistant", "😀 ok")], true, variables: variables).Text;
        string json = template.RenderChat(JsonNode.Parse(Conversation)!.AsArray(), true, variables: variables).Text;
        Assert.That(plain, Is.EqualTo("<user>hi</s><assistant>😀 ok</s>").And.EqualTo(json));
    }

    [TestCase("reasoning_content", "RR.")]
    [TestCase("thinking", "RRR")]
    [TestCase("reasoning", "RRR")]
    public void Reasoning_goes_by_every_name(string name, string expected)
    {
        ChatTemplate template = ChatTemplate.Parse("{% set m = messages[0] %}{{ m.reasoning_content }}{{ m.thinking }}{{ 'R' if m.reasoning or m.thinking and not own else '.' }}", "t");
        JsonArray messages = [new JsonObject { ["role"] = "assistant", [name] = "R" }];
        Dictionary<string, object?> variables = new() { ["own"] = name == "reasoning_content" };
        Assert.That(template.RenderChat(messages, false, variables: variables).Text, Is.EqualTo(expected));
    }

    [Test]
    public void Generation_spans_come_in_code_points_and_in_UTF16()
    {
        ChatTemplate template = ChatTemplate.Parse("😀{% for m in messages %}[{% generation %}{{ m.content }}{% endgeneration %}]{% endfor %}", "t");
        RenderResult result = template.RenderChat(JsonNode.Parse(Conversation)!.AsArray(), false);
        Assert.Multiple(() =>
        {
            Assert.That(result.Text, Is.EqualTo("😀[hi][😀 ok]"));
            Assert.That(result.GenerationSpans, Is.EqualTo(new[] { new GenerationSpan(2, 4, 3, 5), new GenerationSpan(6, 10, 7, 12) }));
            Assert.That(result.Text[7..12], Is.EqualTo("😀 ok"));
        });
    }

    [Test]
    public void The_clock_is_the_callers()
    {
        RenderOptions options = new() { Clock = new FixedClock(new DateTimeOffset(2024, 2, 9, 23, 4, 5, TimeSpan.FromHours(3))) };
        Assert.That(TemplateText.Render("{{ strftime_now('%d %b %Y %H:%M %-d %j %V') }}", options: options), Is.EqualTo("09 Feb 2024 23:04 9 040 06"));
    }

    [Test]
    public void One_parsed_template_renders_on_many_threads()
    {
        ChatTemplate template = ChatTemplate.Parse(
            "{% macro m(a, b='-') %}{{ a }}{{ b }}{% endmacro %}{% set ns = namespace(n=0) %}{% for i in range(50) %}{% set ns.n = ns.n + i * k %}{{ m(i) }}{% endfor %}{{ ns.n }}", "t");
        string[] texts = new string[64];
        Parallel.For(0, texts.Length, i => texts[i] = template.Render(new Dictionary<string, object?> { ["k"] = i }).Text);
        string numbers = string.Concat(Enumerable.Range(0, 50).Select(i => $"{i}-"));
        Assert.That(texts, Is.EqualTo(Enumerable.Range(0, texts.Length).Select(i => $"{numbers}{i * 1225}")));
    }

    [Test]
    public void Numbers_of_variables_keep_their_kind() => Assert.Multiple(() =>
    {
        Assert.That(TemplateText.Render("{{ x }}", """{"x": [1, 1.0, 1e2, 123456789012345678901234567890, -0.0, true, null]}"""),
            Is.EqualTo("[1, 1.0, 100.0, 123456789012345678901234567890, -0.0, True, None]"));
        ChatTemplate template = ChatTemplate.Parse("{{ x }}", "t");
        Assert.That(template.Render(new Dictionary<string, object?> { ["x"] = new object?[] { 1, 2L, 3.0, 4f, ulong.MaxValue, new[] { "s" }, JsonValue.Create(5) } }).Text,
            Is.EqualTo("[1, 2, 3.0, 4.0, 18446744073709551615, ['s'], 5]"));
    });
}
