using Spa.Engine.Data;

namespace Spa.Engine.Pipeline.RowFiles;

/// <summary>
/// The prompts of a file in tokens, all checked against the model before the first is answered. A text is encoded with the tokenizer's
/// special tokens, messages by the chat template with the assistant's header, ids are taken as they are.
/// </summary>
public sealed class PromptFile
{
    /// <exception cref="SpaException">The file or a row cannot be used; names file and line.</exception>
    public PromptFile(string path, ModelBundle model)
    {
        Path = path;
        RowReport report = new();
        RowTokenization tokenization = new(model.RowTokenizer, Truncation.None, report);
        List<int[]> prompts = [];
        foreach (PromptRow row in Data.Rows.ReadPrompts(path, report))
        {
            int[] ids = tokenization.Prompt(row, 1)!.Tokens;
            RowChecks.RequireIds(ids, model.Config, row.Location);
            RowChecks.RequireRoom(ids.Length, model.Config, row.Location);
            prompts.Add(ids);
        }

        Prompts = prompts;
    }

    public string Path { get; }

    /// <summary>Tokens by row.</summary>
    public IReadOnlyList<int[]> Prompts { get; }

    public int Longest => Prompts.Max(ids => ids.Length);

    /// <summary>The rows again, as they stand in the file, from row <paramref name="first"/> on.</summary>
    public IEnumerable<PromptRow> Rows(long first) => Data.Rows.ReadPrompts(Path, new RowReport()).Skip(checked((int)first));
}
