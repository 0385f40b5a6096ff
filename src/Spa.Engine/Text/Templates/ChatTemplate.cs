using System.Text.Json.Nodes;
using Spa.Engine.Text.Templates;

namespace Spa.Engine.Text;

/// <summary>
/// A chat template: Jinja as Hugging Face sets it up, with <c>trim_blocks</c>, <c>lstrip_blocks</c>, <c>break</c> and <c>continue</c>,
/// <c>generation</c> blocks, its own <c>tojson</c>, <c>raise_exception</c>, <c>strftime_now</c>, <c>namespace</c> and <c>dict</c>, in a
/// sandbox that changes nothing and reaches no object of the host. Parsed once; rendering is thread-safe.
/// </summary>
public sealed class ChatTemplate
{
    private readonly BlockBody _body;

    private ChatTemplate(string name, BlockBody body)
    {
        Name = name;
        _body = body;
    }

    /// <summary>What error messages call the template, usually its file.</summary>
    public string Name { get; }

    /// <summary>Parses a template.</summary>
    /// <param name="source">The text.</param>
    /// <param name="name">What error messages call it.</param>
    /// <exception cref="TemplateException">The text is no template; the error names the line.</exception>
    public static ChatTemplate Parse(string source, string name) => new(name, Parser.Parse(source, name));

    /// <summary>Renders with exactly the given variables.</summary>
    /// <param name="variables">Null, strings, numbers, bools, JSON, and lists and dictionaries of these.</param>
    /// <param name="options">Clock and limits.</param>
    /// <exception cref="TemplateException">The template raised an error, or asked for more than the limits allow.</exception>
    public RenderResult Render(IReadOnlyDictionary<string, object?> variables, RenderOptions? options = null) =>
        Render(options, reader => (DictValue)reader.Read(variables)!);

    /// <summary>Renders with exactly the members of a JSON object as variables.</summary>
    /// <exception cref="TemplateException">The template raised an error, or asked for more than the limits allow.</exception>
    public RenderResult Render(JsonObject variables, RenderOptions? options = null) =>
        Render(options, reader => (DictValue)reader.Read(variables)!);

    /// <summary>
    /// Renders a conversation. <c>messages</c>, <c>tools</c>, <c>documents</c> and <c>add_generation_prompt</c> are always defined, and
    /// the reasoning of a message is copied between the names that templates know it by.
    /// </summary>
    /// <param name="messages">The turns, each with <c>role</c>, <c>content</c> and whatever else the template reads.</param>
    /// <param name="addGenerationPrompt">Whether to end with the header of the assistant's next turn.</param>
    /// <param name="tools">Tool definitions, if any.</param>
    /// <param name="documents">Documents for retrieval, if any.</param>
    /// <param name="variables">More variables: <c>bos_token</c>, <c>eos_token</c>, <c>enable_thinking</c> and the like.</param>
    /// <param name="options">Clock and limits.</param>
    /// <exception cref="TemplateException">The template raised an error, or asked for more than the limits allow.</exception>
    public RenderResult RenderChat(
        JsonArray messages,
        bool addGenerationPrompt,
        JsonArray? tools = null,
        JsonArray? documents = null,
        IReadOnlyDictionary<string, object?>? variables = null,
        RenderOptions? options = null) =>
        RenderChat((object)messages, addGenerationPrompt, tools, documents, variables, options);

    /// <inheritdoc cref="RenderChat(JsonArray, bool, JsonArray, JsonArray, IReadOnlyDictionary{string, object}, RenderOptions)"/>
    public RenderResult RenderChat(
        IReadOnlyList<ChatMessage> messages,
        bool addGenerationPrompt,
        JsonArray? tools = null,
        JsonArray? documents = null,
        IReadOnlyDictionary<string, object?>? variables = null,
        RenderOptions? options = null) =>
        RenderChat((object)messages, addGenerationPrompt, tools, documents, variables, options);

    private RenderResult RenderChat(
        object messages,
        bool addGenerationPrompt,
        JsonArray? tools,
        JsonArray? documents,
        IReadOnlyDictionary<string, object?>? variables,
        RenderOptions? options) =>
        Render(options, reader =>
        {
            DictValue all = (DictValue)reader.Read(variables ?? new Dictionary<string, object?>())!;
            all.Set("messages", MessageReasoning.Unify((ListValue)reader.Read(messages)!));
            all.Set("tools", reader.Read(tools));
            all.Set("documents", reader.Read(documents));
            all.Set("add_generation_prompt", Box.Of(addGenerationPrompt));
            return all;
        });

    private RenderResult Render(RenderOptions? options, Func<ContextReader, DictValue> read)
    {
        RenderContext context = new(options ?? RenderOptions.Default);
        try
        {
            DictValue variables = read(new ContextReader(context));
            Dictionary<string, object?> names = new(variables.Count);
            for (int i = 0; i < variables.Count; i++) names[(string)variables.KeyAt(i)!] = variables.ValueAt(i);
            context.Root = new Scope(names);
            _body.Execute(context, context.Root);
            return context.Finish();
        }
        catch (TemplateException e) when (e.Line == 0)
        {
            throw e.At(Name, Math.Max(1, context.Line));
        }
    }
}
