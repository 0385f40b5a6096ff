namespace Spa.Engine.Configuration.Import;

/// <summary>A foreign configuration in Spa's keys.</summary>
/// <param name="Format">Whose it was.</param>
/// <param name="Stage">The command that it is for.</param>
/// <param name="Values">Key and value, as the key takes it, in the table's order.</param>
/// <param name="Notes">Every foreign key that is not among the values as it was written, in the file's order.</param>
public sealed record ImportedConfiguration(
    ForeignFormat Format, ConfigurationStage Stage, IReadOnlyList<(ConfigurationKey Key, object? Value)> Values, IReadOnlyList<ImportNote> Notes)
{
    /// <summary>The format's name for readers.</summary>
    public string FormatName => Format switch
    {
        ForeignFormat.AlignmentHandbook => "alignment-handbook",
        ForeignFormat.LlamaFactory => "LLaMA-Factory",
        ForeignFormat.Axolotl => "Axolotl",
        _ => "TRL",
    };

    /// <summary><c>dpo</c>, <c>sft</c> or <c>reward</c>.</summary>
    public string Command => Stage.ToString().ToLowerInvariant();

    /// <summary>The configuration as a file that <c>spa</c> takes; what was not taken over stands in comments.</summary>
    public string ToYaml()
    {
        string head = $"# From a configuration of {FormatName}, for spa {Command}.\n" + string.Concat(Notes.Select(note => $"# {note.Key}: {note.Text}".ReplaceLineEndings(" ") + "\n"));
        const string Scheduler = "lr_scheduler_kwargs";
        (ConfigurationKey, object?)[] scheduler = [.. Values.Where(value => value.Key.Section == Scheduler)];
        IEnumerable<(ConfigurationKey, object?)> top = Values.Where(value => value.Key.Section.Length == 0);
        return head + (scheduler.Length == 0 ? ConfigurationYaml.Write(top) : ConfigurationYaml.Write(top, (Scheduler, scheduler)));
    }
}
