using System.CommandLine;

namespace Spa.Cli.Commands;

/// <summary>A command of <c>spa</c>: its options, what its help says, and what it does.</summary>
internal abstract class CliCommand : Command
{
    /// <param name="name">The word.</param>
    /// <param name="description">One sentence for the overview.</param>
    protected CliCommand(string name, string description) : base(name, description) { }

    /// <summary>What follows the name in the usage line, without the common options.</summary>
    public abstract string Synopsis { get; }

    /// <summary>What the options do not say: formats of rows, rules. Paragraphs end with a line feed.</summary>
    public virtual string Details => "";

    /// <summary>Commands to copy, each on a line.</summary>
    public abstract IReadOnlyList<string> Examples { get; }

    /// <summary>Does the work; throws <see cref="Engine.SpaException"/> where the user can mend something.</summary>
    /// <returns>One of <see cref="ExitCodes"/>.</returns>
    public abstract int Run(CommandContext context);
}
