using System.Text.Json.Nodes;
using Spa.Engine;
using Spa.Engine.Data;
using Spa.Engine.Generation;
using Spa.Engine.Models;
using Spa.Engine.Pipeline;
using Spa.Engine.Pipeline.RowFiles;
using Spa.Engine.Text;

namespace Spa.Cli.Commands;

/// <summary>One prompt, or several turns, answered on stdout while the text is made.</summary>
internal sealed class Conversation(CommandContext context, ModelBundle bundle, Model model, SamplingSettings settings)
{
    /// <summary>Answers one prompt: as text on stdout, as a JSON row, or as a row of a file.</summary>
    public void Answer(string prompt, bool chat, RowSink? sink)
    {
        int[] ids = chat ? Render([new Message(Message.User, prompt)]) : bundle.Tokenizer.Encode(prompt, addSpecialTokens: true);
        if (ids.Length == 0) throw new SpaException("--prompt comes to no token; give it text");
        bool asText = sink is null && !context.Json;
        GeneratedResponse[] responses = Draw(ids, key: 0, stream: asText && settings.Samples == 1);
        if (!asText)
        {
            using RowSink rows = sink ?? RowSink.Open(null, context.Console.Out);
            rows.Write(GenerateRows.Row(new JsonObject { ["prompt"] = chat ? Messages(prompt) : prompt }, responses, bundle));
            rows.Commit();
        }
        else if (settings.Samples > 1)
        {
            foreach (GeneratedResponse response in responses) context.WriteLine($"{bundle.Tokenizer.Decode(response.Ids)}\n");
        }
    }

    /// <summary>Reads a message a line and answers it, until the input ends.</summary>
    public int Talk()
    {
        if (settings.Samples > 1) throw new UsageException("--samples makes no sense in a conversation; give --prompt or --input");
        if (context.Console.InIsTerminal) context.Log.Notice("One message a line; an empty line or Ctrl-D ends the conversation.");
        List<Message> messages = [];
        for (uint turn = 0; Ask() is { } text; turn++)
        {
            messages.Add(new Message(Message.User, text));
            GeneratedResponse response = Draw(Render(messages), turn, stream: !context.Json)[0];
            string answer = bundle.Tokenizer.Decode(response.Ids);
            messages.Add(new Message(Message.Assistant, answer));
            if (context.Json) context.WriteLine(new JsonObject { ["role"] = Message.Assistant, ["content"] = answer }.ToJsonString());
        }

        return ExitCodes.Done;
    }

    private string? Ask()
    {
        context.Cancel.ThrowIfCancellationRequested();
        if (context.Console.InIsTerminal)
        {
            context.Console.Error.Write("> ");
            context.Console.Error.Flush();
        }

        string? line = context.Console.In.ReadLine();
        return string.IsNullOrWhiteSpace(line) ? null : line;
    }

    private int[] Render(IReadOnlyList<Message> messages) =>
        bundle.Tokenizer.Encode(bundle.Tokenizer.Render(messages, addGenerationPrompt: true), addSpecialTokens: false);

    private GeneratedResponse[] Draw(int[] ids, uint key, bool stream)
    {
        if (ids.Length >= bundle.Config.MaxPositions)
            throw new SpaException($"the prompt has {ids.Length} tokens, the model's context holds {bundle.Config.MaxPositions} with at least one new token; shorten it");
        using Generator generator = new(model, settings, ids.Length, decoders: GenerateRows.StreamOf(bundle));
        StreamingDecoder decoder = bundle.Tokenizer.Tokenizer.CreateStream(skipSpecialTokens: true);
        if (stream) generator.TokenDrawn = (_, _, id) => Write(decoder.Push(id));
        GeneratedResponse[] responses = [];
        generator.Generate([new GenerationPrompt(ids, key)], (_, drawn) => responses = drawn, context.Cancel);
        if (stream) context.WriteLine(decoder.Flush());
        return responses;
    }

    private void Write(string piece)
    {
        if (piece.Length == 0) return;
        context.Console.Out.Write(piece);
        context.Console.Out.Flush();
    }

    private static JsonArray Messages(string prompt) => new(new JsonObject { ["role"] = Message.User, ["content"] = prompt });
}
