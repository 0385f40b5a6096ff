using System.Text.Json.Nodes;
using Spa.Engine.Text;

namespace Spa.Engine.Tests.Text.Templates;

/// <summary>Short forms for tests that render one small template.</summary>
internal static class TemplateText
{
    public static string Render(string source, string variables = "{}", RenderOptions? options = null) =>
        ChatTemplate.Parse(source, "test.jinja").Render(JsonNode.Parse(variables)!.AsObject(), options).Text;

    public static TemplateException Fails(string source, string variables = "{}", RenderOptions? options = null) =>
        Assert.Throws<TemplateException>(() => Render(source, variables, options))!;
}
