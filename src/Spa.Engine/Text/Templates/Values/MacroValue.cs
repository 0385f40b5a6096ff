namespace Spa.Engine.Text.Templates;

/// <summary>A macro, or the body of a call block (which has no name), with the scope in which it was defined.</summary>
internal sealed class MacroValue(MacroDefinition definition, Scope closure) : ICallable
{
    public MacroDefinition Definition => definition;

    public object? Call(RenderContext context, Arguments arguments)
    {
        context.EnterCall();
        Scope scope = new(closure);
        Bind(context, scope, arguments);
        OutputBuffer outer = context.BeginCapture();
        definition.Body.Execute(context, scope);
        string text = context.EndCapture(outer);
        context.LeaveCall();
        return context.AutoEscape ? new Markup(text) : text;
    }

    private void Bind(RenderContext context, Scope scope, Arguments arguments)
    {
        string[] parameters = definition.Parameters;
        object?[] given = arguments.Positional;
        context.Step(parameters.Length + ((long)parameters.Length * arguments.Named.Length));
        List<string> used = [];
        for (int i = 0; i < parameters.Length; i++)
        {
            if (i < given.Length)
            {
                scope.Set(parameters[i], given[i]);
            }
            else if (arguments.TryNamed(parameters[i], out object? value))
            {
                used.Add(parameters[i]);
                scope.Set(parameters[i], value);
            }
            else
            {
                scope.Set(parameters[i], Missing.Value);
            }
        }

        BindSpecial(context, scope, arguments, used);
        FillDefaults(context, scope);
    }

    /// <summary>Defaults see the arguments before them, and are evaluated only where no argument was given.</summary>
    private void FillDefaults(RenderContext context, Scope scope)
    {
        string[] parameters = definition.Parameters;
        int firstDefault = parameters.Length - definition.Defaults.Length;
        for (int i = 0; i < parameters.Length; i++)
        {
            if (!scope.IsMissing(parameters[i])) continue;
            scope.Set(parameters[i], i >= firstDefault
                ? definition.Defaults[i - firstDefault].Evaluate(context, scope)
                : Undefined.Because($"parameter {Repr.Of(parameters[i])} was not provided"));
        }
    }

    private void BindSpecial(RenderContext context, Scope scope, Arguments arguments, List<string> used)
    {
        if (definition.UsesCaller)
        {
            used.Add(Names.Caller);
            scope.Set(Names.Caller, arguments.TryNamed(Names.Caller, out object? caller) ? caller : Undefined.Because("No caller defined"));
        }

        KeyValuePair<string, object?>[] left = arguments.Named.Length == 0 ? [] : [.. arguments.Named.Where(pair => !used.Contains(pair.Key))];
        if (definition.UsesKwargs) scope.Set(Names.Kwargs, context.DictOf(left));
        else if (left.Length > 0) throw Fail($"takes no keyword argument {Repr.Of(left[0].Key)}");

        object?[] given = arguments.Positional;
        int count = definition.Parameters.Length;
        if (definition.UsesVarargs) scope.Set(Names.Varargs, given.Length > count ? new TupleValue(given[count..]) : TupleValue.Empty);
        else if (given.Length > count) throw Fail($"takes not more than {count} argument(s)");
    }

    private TemplateException Fail(string reason) =>
        new(TemplateErrorKind.TypeError, $"macro {(definition.Name is null ? "None" : Repr.Of(definition.Name))} {reason}");

    public override string ToString() => definition.Name is null ? "<Macro anonymous>" : $"<Macro {Repr.Of(definition.Name)}>";
}
